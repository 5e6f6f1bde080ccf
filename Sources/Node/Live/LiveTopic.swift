// SPDX-License-Identifier: Apache-2.0
import RPC
import Router

/// A live report as its readers see it: each says what it has, and waits for what is newer.
///
/// Nothing is queued: of a reader there is a revision, and what it has missed is put together when
/// it asks. Readers that have the same share the bytes, which are gone when all have taken them.
actor LiveTopic {
  private struct Shared {
    weak var update: LiveUpdate?
  }

  private typealias Continuation = CheckedContinuation<LiveUpdate, any Error>

  private let memory: UntakenBytes
  private var readers = LiveReaders()
  private var head: [UInt8] = []
  /// What has been put together of the latest revision, by what its readers have.
  private var updates: [UInt64: Shared] = [:]
  /// Readers that have asked, by ticket.
  private var asking: [UInt64: Continuation] = [:]
  private var tickets: UInt64 = 0
  private var ending: RPCError?

  /// - Parameter memory: what updates that are not taken yet count against.
  init(memory: UntakenBytes) { self.memory = memory }

  /// How many readers wait.
  var waiterCount: Int { readers.waitingCount }

  // MARK: Readers

  /// What is newer than what the reader has; waits for it.
  ///
  /// - Parameter seen: the revision that it has; 0: nothing.
  /// - Throws: why there will be nothing more; RESOURCE_EXHAUSTED when slow readers hold too much;
  ///   `CancellationError`.
  func next(after seen: UInt64) async throws -> LiveUpdate {
    tickets += 1
    let reader = LiveReaders.Reader(ticket: tickets, seen: seen)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if let ending { return continuation.resume(throwing: ending) }
        asking[reader.ticket] = continuation
        if readers.asked(reader) == .tell { tell(reader) }
        if Task.isCancelled { abandon(reader.ticket) }
      }
    } onCancel: {
      Task { await self.abandon(reader.ticket) }
    }
  }

  private func abandon(_ ticket: UInt64) {
    readers.left(ticket: ticket)
    asking.removeValue(forKey: ticket)?.resume(throwing: CancellationError())
  }

  @discardableResult
  private func tell(_ reader: LiveReaders.Reader) -> LiveUpdate? {
    do {
      let update = try update(since: reader.seen)
      asking.removeValue(forKey: reader.ticket)?.resume(returning: update)
      return update
    } catch {
      guard readers.fellShort(reader) == .refuse else { return nil }
      asking.removeValue(forKey: reader.ticket)?.resume(throwing: error)
      return nil
    }
  }

  private func update(since seen: UInt64) throws(RPCError) -> LiveUpdate {
    if let known = updates[seen]?.update { return known }
    let update = try LiveUpdate.make(readers.step(since: seen), head: head, memory: memory)
    updates[seen] = Shared(update: update)
    return update
  }

  // MARK: The report

  /// There is a newer report.
  func advance(to revision: UInt64, _ part: LivePart) {
    head = part.head
    updates = [:]
    let told = readers.advance(to: revision, part.rows).map { tell($0) }
    // The first may have taken it before the last are told, who are to share it.
    withExtendedLifetime(told) {}
  }

  /// There will be nothing more.
  func end(_ error: RPCError) {
    guard ending == nil else { return }
    ending = error
    let waiting = asking
    asking = [:]
    readers = LiveReaders()
    updates = [:]
    for reader in waiting.values { reader.resume(throwing: error) }
  }
}

/// What one computation makes.
struct LivePart: Sendable {
  var rows: LiveRows
  /// A `telemetry.Report` without rows.
  var head: [UInt8]
}
