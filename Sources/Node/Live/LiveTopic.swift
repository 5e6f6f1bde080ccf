// SPDX-License-Identifier: Apache-2.0
import RPC
import Router

/// A live report as its readers see it: each says what it has, and waits for what is newer.
///
/// Nothing is queued: of a reader there is a revision, and what it has missed is put together when
/// it asks. Readers that have the same share the bytes.
actor LiveTopic {
  private struct Waiter {
    let seen: UInt64
    let reader: CheckedContinuation<LiveUpdate, any Error>
  }

  private let memory: UntakenBytes
  private var report = LiveReport()
  private var head: [UInt8] = []
  /// The revision before the latest.
  private var previous: UInt64 = 0
  /// What has been put together of the latest revision, by what its readers have.
  private var updates: [UInt64: LiveUpdate] = [:]
  private var waiters: [UInt64: Waiter] = [:]
  private var tickets: UInt64 = 0
  private var ending: RPCError?

  /// - Parameter memory: what updates that are not taken yet count against.
  init(memory: UntakenBytes) { self.memory = memory }

  /// How many readers wait.
  var waiterCount: Int { waiters.count }

  // MARK: Readers

  /// What is newer than what the reader has; waits for it.
  ///
  /// - Parameter seen: the revision that it has; 0: nothing.
  /// - Throws: why there will be nothing more; RESOURCE_EXHAUSTED when slow readers hold too much;
  ///   `CancellationError`.
  func next(after seen: UInt64) async throws -> LiveUpdate {
    tickets += 1
    let ticket = tickets
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { reader in
        serve(ticket, Waiter(seen: seen, reader: reader))
        if Task.isCancelled { abandon(ticket) }
      }
    } onCancel: {
      Task { await self.abandon(ticket) }
    }
  }

  private func abandon(_ ticket: UInt64) {
    waiters.removeValue(forKey: ticket)?.reader.resume(throwing: CancellationError())
  }

  private func serve(_ ticket: UInt64, _ waiter: Waiter) {
    if let ending { return waiter.reader.resume(throwing: ending) }
    do {
      if waiter.seen < report.revision, let update = try update(since: waiter.seen) {
        waiter.reader.resume(returning: update)
      } else {
        waiters[ticket] = waiter
      }
    } catch {
      waiter.reader.resume(throwing: error)
    }
  }

  /// Nil: there is no memory for it, and whoever has missed nothing so far misses this one.
  private func update(since seen: UInt64) throws(RPCError) -> LiveUpdate? {
    if let known = updates[seen] { return known }
    do {
      let update = try LiveUpdate.make(
        report.difference(since: seen), head: head, revision: report.revision,
        intervals: seen == 0 ? 0 : report.revision - seen, memory: memory)
      if updates.count < LiveLimits.updatesKeptMax { updates[seen] = update }
      return update
    } catch {
      if seen == previous, seen > 0 { return nil }
      throw error
    }
  }

  // MARK: The report

  /// There is a newer report.
  func advance(to revision: UInt64, _ part: LivePart) {
    previous = report.revision
    report.advance(to: revision, part.rows)
    head = part.head
    updates = [:]
    let waiting = waiters
    waiters = [:]
    for (ticket, waiter) in waiting { serve(ticket, waiter) }
  }

  /// There will be nothing more.
  func end(_ error: RPCError) {
    guard ending == nil else { return }
    ending = error
    let waiting = waiters
    waiters = [:]
    updates = [:]
    for waiter in waiting.values { waiter.reader.resume(throwing: error) }
  }
}

/// What one computation makes.
struct LivePart: Sendable {
  var rows: LiveRows
  /// A `telemetry.Report` without rows.
  var head: [UInt8]
}
