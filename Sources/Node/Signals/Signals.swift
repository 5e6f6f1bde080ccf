// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Signals as values. They are blocked in every thread, and one thread that sleeps in `sigwait`
/// passes them on: no handler runs, nothing is polled.
enum Signals {
  /// Blocks the signals in this thread and in all that it will start. Call it first of all.
  static func block(_ numbers: [Int32]) {
    var set = makeSet(numbers)
    let result = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    precondition(result == 0, "pthread_sigmask refused a set of known signals")
  }

  /// The blocked signals as they arrive. Starts the waiting thread, which lives as long as the
  /// process does.
  static func arrivals(_ numbers: [Int32]) -> AsyncStream<Int32> {
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    let waiter = unsafe Unmanaged.passRetained(Waiter(numbers: numbers, continuation: continuation))
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Waiter>.fromOpaque(context).takeRetainedValue().run()
      }, waiter.toOpaque())
    precondition(result == 0, "no thread for signals")
    pthread_detach(thread)
    return stream
  }

  /// As in `SIGTERM`.
  static func name(_ number: Int32) -> String {
    switch number {
    case SIGTERM: "SIGTERM"
    case SIGINT: "SIGINT"
    case SIGWINCH: "SIGWINCH"
    default: "signal \(number)"
    }
  }

  fileprivate static func makeSet(_ numbers: [Int32]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    return set
  }
}

/// What the waiting thread needs.
private final class Waiter: Sendable {
  let numbers: [Int32]
  let continuation: AsyncStream<Int32>.Continuation

  init(numbers: [Int32], continuation: AsyncStream<Int32>.Continuation) {
    self.numbers = numbers
    self.continuation = continuation
  }

  func run() -> Never {
    var set = Signals.makeSet(numbers)
    while true {
      var number: Int32 = 0
      if unsafe sigwait(&set, &number) == 0 { continuation.yield(number) }
    }
  }
}
