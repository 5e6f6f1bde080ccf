// SPDX-License-Identifier: Apache-2.0

/// What other threads want a loop to do. Guarded by the loop's mutex.
struct LoopInbox {
  enum Job {
    case actor(UnownedJob)
    case task(UnownedJob, LoopTaskExecutor)
    case work(@Sendable () -> Void)
  }

  /// What one who posted a job has to do.
  enum OnPost {
    case nothing
    /// Wake the loop's thread.
    case wake
    /// Run the jobs: the loop's thread is gone.
    case run
  }

  private enum Phase {
    case running
    case stopping
    /// The thread is gone, and so is the need for one: what still comes is the end of tasks that
    /// outlived their connections. They are served by whoever posts, one at a time.
    case ended(isServed: Bool)
  }

  private var jobs: [Job] = []
  private var isSignalled = false
  private var phase = Phase.running

  init() {}

  mutating func post(_ job: Job) -> OnPost {
    jobs.append(job)
    switch phase {
    case .ended(isServed: true): return .nothing
    case .ended(isServed: false):
      phase = .ended(isServed: true)
      return .run
    case .running, .stopping:
      defer { isSignalled = true }
      return isSignalled ? .nothing : .wake
    }
  }

  /// Takes all jobs. When there are none, the next post wakes the loop.
  mutating func takeAll() -> [Job] {
    defer { jobs = [] }
    if jobs.isEmpty { isSignalled = false }
    return jobs
  }

  var isStopping: Bool {
    if case .stopping = phase { true } else { false }
  }

  mutating func stop() {
    if case .running = phase { phase = .stopping }
  }

  /// The thread ends, and serves what has come until then.
  mutating func end() { phase = .ended(isServed: true) }

  /// Takes the next job after the end; nil lets the next one who posts serve.
  mutating func takeLate() -> Job? {
    guard jobs.isEmpty else { return jobs.removeFirst() }
    phase = .ended(isServed: false)
    return nil
  }
}
