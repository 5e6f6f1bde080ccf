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

  /// See ``BatchMarks/claimSent(_:_:now:)``.
  func claimSent(_ copy: RowOrigin, _ rows: RowSet) -> BatchMarks.Claim {
    stripe(copy.client).marks.withLock { $0.marks.claimSent(copy, rows, now: now()) }
  }

  /// See ``BatchMarks/claimForwarded(_:_:now:)``.
  func claimForwarded(_ copy: RowOrigin, _ rows: RowSet) -> BatchMarks.Claim {
    stripe(copy.client).marks.withLock { $0.marks.claimForwarded(copy, rows, now: now()) }
  }

  /// It is known what became of the rows that a claim granted; these were not taken after all.
  func settle(_ name: BatchName, without rejected: [Int]) {
    let due = stripe(name.client).marks.withLock { state in
      state.marks.settle(name.client, name.sequence, without: rejected, now: now())
        .compactMap { state.waiting.removeValue(forKey: $0) }
    }
    for waiter in due { waiter() }
  }

  /// Calls `then` once no copy of the batch is open any more: at once, or from whichever thread
  /// settles the last.
  func whenSettled(_ name: BatchName, then: @escaping @Sendable () -> Void) {
    let waits = stripe(name.client).marks.withLock { state in
      state.latestTicket += 1
      let ticket = state.latestTicket
      guard state.marks.wait(name.client, name.sequence, ticket: ticket) else { return false }
      state.waiting[ticket] = then
      return true
    }
    if !waits { then() }
  }

  /// Returns once no copy of the batch is open any more.
  private func settled(_ name: BatchName) async {
    await withCheckedContinuation { settled in whenSettled(name) { settled.resume() } }
  }

  /// See ``BatchMarks/lost(_:_:of:)``.
  func lost(_ name: BatchName, of rows: RowSet) -> RowSet {
    stripe(name.client).marks.withLock { $0.marks.lost(name.client, name.sequence, of: rows) }
  }

  /// See ``BatchMarks/superseded(_:_:)``.
  func superseded(_ copy: RowOrigin, _ rows: RowSet) -> RowSet {
    stripe(copy.client).marks.withLock { $0.marks.superseded(copy, rows) }
  }

  // MARK: Other nodes

  /// What this node has taken of a batch, and takes no more of; see
  /// ``BatchMarks/fence(_:_:age:_:now:)``. Waits until no copy of it is open here.
  func answer(_ question: FenceQuestion) async -> BatchMarks.Answer {
    let (client, sequence) = (question.client, question.sequence)
    let stripe = stripe(client)
    _ = stripe.marks.withLock {
      $0.marks.fence(client, sequence, age: question.age, question.rows, now: now())
    }
    await settled(BatchName(client: client, sequence: sequence))
    return stripe.marks.withLock { $0.marks.taken(client, sequence, question.rows) }
  }

  /// Sets of marks that ``handed(_:)`` gives, one after the other: all of them would be too much.
  var sets: Range<Int> { stripes.indices }

  /// What one set of marks knows, once no copy is open that is now.
  func handed(_ set: Int) async -> [HandedMarks] {
    for (client, sequence) in stripes[set].marks.withLock({ $0.marks.open }) {
      await settled(BatchName(client: client, sequence: sequence))
    }
    return stripes[set].marks.withLock { $0.marks.handed }
  }

  /// Takes over what another node has taken.
  func adopt(_ handed: HandedMarks) {
    stripe(handed.client).marks.withLock { $0.marks.adopt(handed, now: now()) }
  }

  private func stripe(_ client: BatchMarks.ClientID) -> Stripe {
    var hash: UInt32 = 0
    for byte in client { hash = hash &* 31 &+ UInt32(byte) }
    return stripes[Int(hash % UInt32(stripes.count))]
  }
}

/// Which batch: who sent it, under which number.
struct BatchName: Sendable, Hashable {
  var client: BatchMarks.ClientID
  var sequence: UInt64
}

extension RowOrigin {
  var batchName: BatchName { BatchName(client: client, sequence: sequence) }
}
