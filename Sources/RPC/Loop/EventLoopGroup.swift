// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Synchronization

/// A fixed set of loops, one thread each.
public final class EventLoopGroup: Sendable {
  /// The loops, in the order of their ``EventLoop/index``.
  public let loops: [EventLoop]
  private let threads: Mutex<[pthread_t]>
  private let turn = Atomic<Int>(0)

  /// Starts `loops` threads.
  public init(loops count: Int) {
    precondition(count > 0, "a group has at least one loop")
    loops = (0..<count).map(EventLoop.init(index:))
    threads = Mutex([])
    let started = loops.map(EventLoopGroup.start)
    threads.withLock { $0 = started }
  }

  /// The next loop, round robin.
  public func next() -> EventLoop {
    loops[turn.add(1, ordering: .relaxed).newValue % loops.count]
  }

  /// Ends the threads and waits for them. Servers and channels must be shut down before; a second
  /// call does nothing.
  public func shutdown() async {
    let running = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    guard !running.isEmpty else { return }
    for loop in loops { loop.stop() }
    await withCheckedContinuation { done in
      let joiner = Joiner(threads: running) { done.resume() }
      _ = unsafe EventLoopGroup.spawn(Unmanaged.passRetained(joiner).toOpaque()) { argument in
        let joiner = unsafe Unmanaged<Joiner>.fromOpaque(argument.unsafelyUnwrapped)
          .takeRetainedValue()
        pthread_detach(pthread_self())
        for thread in joiner.threads { pthread_join(thread, nil) }
        joiner.joined()
        return nil
      }
    }
  }

  private final class Joiner: Sendable {
    let threads: [pthread_t]
    let joined: @Sendable () -> Void

    init(threads: [pthread_t], joined: @escaping @Sendable () -> Void) {
      self.threads = threads
      self.joined = joined
    }
  }

  private static func start(_ loop: EventLoop) -> pthread_t {
    unsafe spawn(Unmanaged.passRetained(loop).toOpaque()) { argument in
      let loop = unsafe Unmanaged<EventLoop>.fromOpaque(argument.unsafelyUnwrapped)
        .takeRetainedValue()
      // Writing to a socket whose peer is gone is an error, not a signal; libuv leaves that to us.
      var pipe = sigset_t()
      unsafe sigemptyset(&pipe)
      unsafe sigaddset(&pipe, SIGPIPE)
      unsafe pthread_sigmask(SIG_BLOCK, &pipe, nil)
      loop.run()
      return nil
    }
  }

  private static func spawn(
    _ argument: UnsafeMutableRawPointer,
    _ body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
  ) -> pthread_t {
    var thread = pthread_t()
    let result = unsafe pthread_create(&thread, nil, body, argument)
    precondition(result == 0, "no thread for an event loop: \(result)")
    return thread
  }
}
