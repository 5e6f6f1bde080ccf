// SPDX-License-Identifier: Apache-2.0

/// Runs on a loop what tasks that prefer it do outside of actors.
///
/// Not the loop itself: a job that runs under a task executor moves from actor to actor only by
/// being enqueued again, even from one to itself, and the loop's own actors should not.
final class LoopTaskExecutor: TaskExecutor {
  private let loop: EventLoop

  init(_ loop: EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    loop.post(.task(UnownedJob(job), self))
  }
}
