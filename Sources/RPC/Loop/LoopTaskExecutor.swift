// SPDX-License-Identifier: Apache-2.0

/// Runs on a loop what tasks that prefer it do outside of actors: a task that mostly talks to a
/// connection of the loop then wakes no other thread.
///
/// Not the loop itself: a job that runs under a task executor moves from actor to actor only by
/// being enqueued again, even from one to itself, and the loop's own actors should not.
public final class LoopTaskExecutor: TaskExecutor {
  private let loop: EventLoop

  /// An executor that runs on `loop`, which must not be stopped while its tasks run.
  public init(_ loop: EventLoop) { self.loop = loop }

  /// See `TaskExecutor`.
  public func enqueue(_ job: consuming ExecutorJob) {
    loop.post(.task(UnownedJob(job), self))
  }
}
