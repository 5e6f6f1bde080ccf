// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import Synchronization

/// The marks of a node's batches, for all its loops: spread by client over sets that have a lock
/// each, held once for each part of a batch.
final class BatchBoard: Sendable {
  /// How much longer than points can be accepted their marks are kept, for what waits to be
  /// applied. Seconds.
  private static let keepSlack: Int64 = 60

  private struct Marks {
    var marks: BatchMarks
    /// Told when the copies that they wait for are settled.
    var waiting: [UInt64: @Sendable () -> Void] = [:]
    var latestTicket: UInt64 = 0
  }

  private final class Stripe: Sendable {
    let marks: Mutex<Marks>

    init(keepSeconds: Int64) { marks = Mutex(Marks(marks: BatchMarks(keepSeconds: keepSeconds))) }
  }

  private let stripes: [Stripe]
  private let now: @Sendable () -> Int64

  init(shape: WindowShape, now: @escaping @Sendable () -> Int64) {
    let keep = shape.windowSeconds + shape.futureGraceSeconds + Self.keepSlack
    stripes = (0..<RouterLimits.batchMarkStripes).map { _ in Stripe(keepSeconds: keep) }
    self.now = now
  }

  convenience init(_ rules: IngestRules) { self.init(shape: rules.shape, now: rules.now) }

  /// See ``BatchMarks/claimSent(_:_:confirmed:_:now:)``.
  func claimSent(_ name: BatchName, confirmed: UInt64, _ rows: RowSet) -> BatchMarks.Claim {
    stripe(name).marks.withLock {
      $0.marks.claimSent(name.client, name.sequence, confirmed: confirmed, rows, now: now())
    }
  }

  /// See ``BatchMarks/claimForwarded(_:_:confirmed:_:now:)``.
  func claimForwarded(_ name: BatchName, confirmed: UInt64, _ rows: RowSet) -> BatchMarks.Claim {
    stripe(name).marks.withLock {
      $0.marks.claimForwarded(name.client, name.sequence, confirmed: confirmed, rows, now: now())
    }
  }

  /// It is known what became of the rows that a claim granted; these were not taken after all.
  func settle(_ name: BatchName, without rejected: [Int]) {
    let due = stripe(name).marks.withLock { state in
      state.marks.settle(name.client, name.sequence, without: rejected, now: now())
        .compactMap { state.waiting.removeValue(forKey: $0) }
    }
    for waiter in due { waiter() }
  }

  /// Calls `then` once no copy of the batch is open any more: at once, or from whichever thread
  /// settles the last.
  func whenSettled(_ name: BatchName, then: @escaping @Sendable () -> Void) {
    let waits = stripe(name).marks.withLock { state in
      state.latestTicket += 1
      let ticket = state.latestTicket
      guard state.marks.wait(name.client, name.sequence, ticket: ticket) else { return false }
      state.waiting[ticket] = then
      return true
    }
    if !waits { then() }
  }

  private func stripe(_ name: BatchName) -> Stripe {
    var hash: UInt32 = 0
    for byte in name.client { hash = hash &* 31 &+ UInt32(byte) }
    return stripes[Int(hash % UInt32(stripes.count))]
  }
}

/// Which batch: who sent it, under which number.
struct BatchName: Sendable, Hashable {
  var client: BatchMarks.ClientID
  var sequence: UInt64
}
