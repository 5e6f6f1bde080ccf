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
@safe public final class EventLoop: SerialExecutor, @unchecked Sendable {
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
  /// Small chunks of DATA one behind the other, while a sink takes them: never more than was read.
  var gathered: [UInt8] = []
  private let wakeup: UnsafeMutablePointer<uv_async_t>
  private let turn: UnsafeMutablePointer<uv_prepare_t>
  private let thread = Atomic<UInt>(0)
  private let inbox = LoopMutex()
  private var turnEnd: [any TurnEndObserver] = []
  private var nextTurnEnd: [any TurnEndObserver] = []
  private var pausedStreams: [TCPStream] = []
  private(set) var isReadingPaused = false
  /// Counts turns. A socket is read from once a turn, so that one that always has more does not
  /// keep the others, and the jobs, waiting.
  private(set) var turnNumber: UInt64 = 0
  /// A socket filled the buffer in this turn.
  private var hasLeftBytes = false
  private var isStopping = false

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
    // Only now: until there is no reference left, somebody may post, and so write to the wakeup.
    unsafe uv_close(UnsafeMutableRawPointer(wakeup).assumingMemoryBound(to: uv_handle_t.self), nil)
    unsafe uv_close(UnsafeMutableRawPointer(turn).assumingMemoryBound(to: uv_handle_t.self), nil)
    closeHandles()
    unsafe precondition(uv_loop_close(uv) == 0, "a handle outlived its loop")
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

  func post(_ job: LoopInbox.Job) {
    // The job may let go of the last reference while this still runs: the callers of an executor
    // hold none.
    let kept = unsafe Unmanaged.passRetained(self)
    defer { unsafe kept.release() }
    switch inbox.withLock({ $0.post(job) }) {
    case .nothing: break
    case .wake: unsafe uv_async_send(wakeup)
    case .run: runLateJobs()
    }
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

  /// Asks for it at the end of the next turn, which comes at once.
  public func atNextTurnEnd(_ observer: any TurnEndObserver) {
    assertOnLoop()
    nextTurnEnd.append(observer)
    unsafe uv_async_send(wakeup)
  }

  /// Whether the next turn will most likely read more: a socket gave all that it may in one turn.
  public var expectsMore: Bool { hasLeftBytes && !isReadingPaused }

  /// A socket gave all that it may in one turn.
  func leftBytes() { hasLeftBytes = true }

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
      let jobs = inbox.withLock { $0.takeAll() }
      if jobs.isEmpty { return stopIfAsked() }
      for job in jobs { run(job) }
    }
    unsafe uv_async_send(wakeup)
  }

  private func run(_ job: LoopInbox.Job) {
    switch job {
    case .actor(let job): unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    case .task(let job, let executor):
      unsafe job.runSynchronously(on: executor.asUnownedTaskExecutor())
    case .work(let work): work()
    }
  }

  private func endTurn() {
    turnNumber += 1
    turnEnd += nextTurnEnd
    nextTurnEnd = []
    while !turnEnd.isEmpty {
      let observers = turnEnd
      turnEnd = []
      for observer in observers { observer.turnEnded() }
    }
    hasLeftBytes = false
  }

  // MARK: Life

  /// Runs until ``stop()``; called once, by the thread that becomes the loop's.
  func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    unsafe uv_run(uv, UV_RUN_DEFAULT)
    closeHandles()
    inbox.withLock { $0.end() }
    runLateJobs()
  }

  /// Ends ``run()`` once what was enqueued so far has run, and closed sockets have said their last.
  /// Connections should be closed before; those that are not are cut.
  func stop() {
    inbox.withLock { $0.stop() }
    execute {}
  }

  private func stopIfAsked() {
    guard !isStopping, inbox.withLock({ $0.isStopping }) else { return }
    isStopping = true
    // They work on, and no longer keep the loop running.
    unsafe uv_unref(UnsafeMutableRawPointer(wakeup).assumingMemoryBound(to: uv_handle_t.self))
    unsafe uv_unref(UnsafeMutableRawPointer(turn).assumingMemoryBound(to: uv_handle_t.self))
    forEachOwner { $0.loopStops() }
  }

  /// Takes back whatever handles are left.
  private func closeHandles() {
    forEachOwner { $0.loopEnded() }
    unsafe uv_run(uv, UV_RUN_DEFAULT)
  }

  private func forEachOwner(_ body: (LoopHandle) -> Void) {
    var owners: [LoopHandle] = []
    unsafe withUnsafeMutablePointer(to: &owners) { owners in
      unsafe uv_walk(
        uv,
        { handle, owners in
          let handle = unsafe handle.unsafelyUnwrapped
          // The loop's own two are neither timers, sockets nor polls.
          guard unsafe uv_is_closing(handle) == 0, unsafe handle.pointee.type != UV_ASYNC,
            unsafe handle.pointee.type != UV_PREPARE
          else { return }
          unsafe owners.unsafelyUnwrapped.assumingMemoryBound(to: [LoopHandle].self).pointee
            .append(LoopHandle.of(handle.pointee.data, LoopHandle.self))
        }, owners)
    }
    for owner in owners { body(owner) }
  }

  /// Runs what is posted after the loop's thread has ended, on the thread that posts it.
  private func runLateJobs() {
    while true {
      thread.store(UInt(pthread_self()), ordering: .relaxed)
      guard let job = inbox.withLock({ takeLate(&$0) }) else { return }
      run(job)
      endTurn()
    }
  }

  private func takeLate(_ inbox: inout LoopInbox) -> LoopInbox.Job? {
    let job = inbox.takeLate()
    if job == nil { thread.store(0, ordering: .relaxed) }
    return job
  }
}

/// Something that acts once at the end of a turn of its loop.
public protocol TurnEndObserver: AnyObject {
  /// The turn's events are all handled; called on the loop's thread, before it sleeps.
  func turnEnded()
}
