// SPDX-License-Identifier: Apache-2.0
internal import CUV
internal import Glibc
internal import Synchronization

/// One thread that runs one libuv loop, and at the same time the executor of the actors that live
/// on it: a connection is read, parsed and answered without leaving its loop.
///
/// A *turn* is one pass of the loop: timers, then everything that became readable, then the jobs
/// of actors. What should happen once a turn, however many events it had (flushing output, handing
/// over open batches), registers with ``atTurnEnd(_:)``.
///
/// Everything but ``execute(_:)``, ``enqueue(_:)`` and ``index`` is for the loop's own thread.
@safe public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
  // Sendable: `inbox` is a mutex, `index` and the pointers are constants, and what the pointers
  // lead to, `readBuffer` and `turnEnd` are touched by the loop's thread only (`assertOnLoop`).

  /// Position in its group, from 0.
  public let index: Int

  let uv: UnsafeMutablePointer<uv_loop_t>
  /// Where sockets of this loop read into. Its bytes live until the next read.
  let readBuffer: UnsafeMutableRawBufferPointer
  /// Compression contexts, shared by the connections of the loop.
  let codecs = Codecs()
  /// What is about to be written to one of its sockets; empty between turns.
  var output: [UInt8] = []
  private let wakeup: UnsafeMutablePointer<uv_async_t>
  private let turn: UnsafeMutablePointer<uv_prepare_t>
  private let thread = Atomic<UInt>(0)
  private let inbox = Mutex(Inbox())
  private var turnEnd: [any TurnEndObserver] = []
  private var pausedStreams: [TCPStream] = []
  private(set) var isReadingPaused = false
  /// Counts turns. A socket is read from once a turn, so that one that always has more does not
  /// keep the others, and the jobs, waiting.
  private(set) var turnNumber: UInt64 = 0

  private struct Inbox {
    var jobs: [Job] = []
    var isSignalled = false
    var isStopping = false
  }

  private enum Job {
    case actor(UnownedJob)
    case work(@Sendable () -> Void)
  }

  /// Jobs that enqueue jobs are served within one turn so many times, then sockets get their share.
  private static let jobRoundsMax = 16

  init(index: Int) {
    self.index = index
    unsafe uv = .allocate(capacity: 1)
    unsafe wakeup = .allocate(capacity: 1)
    unsafe turn = .allocate(capacity: 1)
    unsafe readBuffer = .allocate(byteCount: Limits.readBufferBytes, alignment: 64)
    unsafe precondition(uv_loop_init(uv) == 0, "libuv has no loop to give")
    unsafe wakeup.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    unsafe turn.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    unsafe precondition(
      uv_async_init(uv, wakeup) { unsafe EventLoop.of($0.unsafelyUnwrapped.pointee.data).runJobs() }
        == 0)
    unsafe uv_prepare_init(uv, turn)
    unsafe uv_prepare_start(turn) {
      unsafe EventLoop.of($0.unsafelyUnwrapped.pointee.data).endTurn()
    }
  }

  deinit {
    unsafe readBuffer.deallocate()
    unsafe uv.deallocate()
    unsafe wakeup.deallocate()
    unsafe turn.deallocate()
  }

  private static func of(_ data: UnsafeMutableRawPointer?) -> EventLoop {
    unsafe Unmanaged<EventLoop>.fromOpaque(data.unsafelyUnwrapped).takeUnretainedValue()
  }

  // MARK: From any thread

  /// Runs `work` on the loop, after what was enqueued before it.
  public func execute(_ work: @escaping @Sendable () -> Void) {
    post(.work(work))
  }

  /// Takes a job of an actor that lives here.
  public func enqueue(_ job: consuming ExecutorJob) {
    post(.actor(UnownedJob(job)))
  }

  private func post(_ job: Job) {
    let mustWake = inbox.withLock { inbox in
      inbox.jobs.append(job)
      defer { inbox.isSignalled = true }
      return !inbox.isSignalled
    }
    if mustWake { unsafe uv_async_send(wakeup) }
  }

  /// Whether the caller runs on this loop's thread.
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// See `SerialExecutor`.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// See `SerialExecutor`.
  public func checkIsolated() { precondition(isCurrent, "not on event loop \(index)") }

  func assertOnLoop() { assert(isCurrent, "not on event loop \(index)") }

  // MARK: On the loop's thread

  /// Asks for one ``TurnEndObserver/turnEnded()`` at the end of the current turn.
  public func atTurnEnd(_ observer: any TurnEndObserver) {
    assertOnLoop()
    turnEnd.append(observer)
  }

  /// Stops reading from every connection of the loop: backpressure when what was read before has
  /// no place to go. A socket that turns readable is left alone until ``resumeReading()``.
  public func pauseReading() {
    assertOnLoop()
    isReadingPaused = true
  }

  /// Reads again.
  public func resumeReading() {
    assertOnLoop()
    guard isReadingPaused else { return }
    isReadingPaused = false
    let streams = pausedStreams
    pausedStreams = []
    for stream in streams { stream.resumeReading() }
  }

  func readingPaused(_ stream: TCPStream) { pausedStreams.append(stream) }

  private func runJobs() {
    for _ in 0..<EventLoop.jobRoundsMax {
      let jobs = inbox.withLock { inbox in
        let jobs = inbox.jobs
        inbox.jobs = []
        if jobs.isEmpty { inbox.isSignalled = false }
        return jobs
      }
      if jobs.isEmpty { return stopIfAsked() }
      for job in jobs {
        switch job {
        case .actor(let job):
          unsafe job.runSynchronously(
            isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        case .work(let work): work()
        }
      }
    }
    unsafe uv_async_send(wakeup)
  }

  private func endTurn() {
    turnNumber += 1
    while !turnEnd.isEmpty {
      let observers = turnEnd
      turnEnd = []
      for observer in observers { observer.turnEnded() }
    }
  }

  // MARK: Life

  /// Runs until ``stop()``; called once, by the thread that becomes the loop's.
  func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    unsafe uv_run(uv, UV_RUN_DEFAULT)
    unsafe uv_loop_close(uv)
  }

  /// Ends ``run()`` once what was enqueued so far has run. Connections must be closed before.
  func stop() {
    inbox.withLock { $0.isStopping = true }
    execute {}
  }

  private func stopIfAsked() {
    guard inbox.withLock({ $0.isStopping }) else { return }
    unsafe uv_walk(
      uv,
      { handle, _ in
        if unsafe uv_is_closing(handle) == 0 { unsafe uv_close(handle, nil) }
      }, nil)
  }
}

/// Something that acts once at the end of a turn of its loop.
public protocol TurnEndObserver: AnyObject {
  /// The turn's events are all handled; called on the loop's thread, before it sleeps.
  func turnEnded()
}
