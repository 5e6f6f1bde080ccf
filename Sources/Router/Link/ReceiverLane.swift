// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Shard

/// What a receiver knows of one lane of one sender's life: which frames it has taken, which of them
/// are applied, and the verdicts that the sender may not have heard.
///
/// Invariant: `confirmed <= applied <= taken`; `entries[i]` is frame `confirmed + 1 + i`.
struct ReceiverLane {
  private struct Entry {
    let bodyBytes: Int
    /// nil: not applied yet.
    var verdict: [FrameRejection]?
  }

  private var entries = FIFO<Entry>()
  /// The sender has heard of all frames up to this one, or will not ask for them.
  private(set) var confirmed: UInt64
  /// All frames up to this one are applied.
  private(set) var applied: UInt64
  /// Bodies of frames that are taken and not applied.
  private(set) var bytes = 0
  /// The highest ack on the present stream.
  private var told: UInt64

  /// - Parameter first: the first frame that will come.
  init(first: UInt64) {
    confirmed = first - 1
    applied = first - 1
    told = first - 1
  }

  /// The last frame that was handed to the shards.
  var taken: UInt64 { confirmed + UInt64(entries.count) }
  /// Frames whose verdicts are kept.
  var count: Int { entries.count }

  /// A new stream of the same sender's life begins, with frame `first` as the oldest it still has.
  mutating func restart(first: UInt64) {
    while confirmed < first - 1, let entry = entries.popFirst() {
      confirmed += 1
      if entry.verdict == nil { bytes -= entry.bodyBytes }
    }
    confirmed = max(confirmed, first - 1)
    applied = max(applied, confirmed)
    advance()
    told = confirmed
  }

  /// The sender has heard of all up to this one.
  mutating func confirm(_ sequence: UInt64) {
    while confirmed < sequence, confirmed < applied, entries.popFirst() != nil { confirmed += 1 }
  }

  /// The next frame goes to the shards.
  mutating func take(bodyBytes: Int) {
    entries.append(Entry(bodyBytes: bodyBytes, verdict: nil))
    bytes += bodyBytes
  }

  /// A frame was applied. Nothing when the sender has given it up meanwhile.
  mutating func finish(_ sequence: UInt64, _ rejections: [RowRejection]) {
    guard sequence > confirmed else { return }
    precondition(sequence <= taken, "a frame was applied that was not taken")
    let index = Int(sequence - confirmed) - 1
    precondition(entries[index].verdict == nil, "a frame was applied twice")
    bytes -= entries[index].bodyBytes
    let verdict = [FrameRejection](sequence, rejections)
    entries.update(index) { $0.verdict = verdict }
    advance()
  }

  private mutating func advance() {
    while applied < taken, entries[Int(applied - confirmed)].verdict != nil { applied += 1 }
  }

  /// Whether there is anything to ack that the present stream has not been told.
  var hasNews: Bool { applied > told }

  /// Verdicts to go with the next ack; they count as told.
  ///
  /// - Parameter sequence: a frame whose verdict is said again if it was told before.
  mutating func takeNews(again sequence: UInt64?) -> [FrameRejection] {
    defer { told = applied }
    let repeated = sequence.map { $0 <= told ? verdict($0) : [] } ?? []
    return repeated + (told..<applied).flatMap { verdict($0 + 1) }
  }

  /// The verdict of one frame, by reasons. Empty when nothing was rejected, or all is confirmed.
  private func verdict(_ sequence: UInt64) -> [FrameRejection] {
    guard sequence > confirmed, sequence <= applied else { return [] }
    return entries[Int(sequence - confirmed) - 1].verdict ?? []
  }
}

extension [FrameRejection] {
  /// The rows rejected of one frame, by reasons.
  fileprivate init(_ sequence: UInt64, _ rejections: [RowRejection]) {
    let reasons = Dictionary(grouping: rejections, by: \.reason)
    self = reasons.sorted { $0.key?.rawValue ?? 0 < $1.key?.rawValue ?? 0 }.map {
      reason, rejections in
      var result = FrameRejection()
      result.sequence = sequence
      result.reason = UInt32(reason?.rawValue ?? 0)
      result.rows = rejections.map { UInt32($0.row) }
      return result
    }
  }
}
