// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// Points kept for a peer that is away, in order of arrival: encoded frames, and one frame that is
/// still filled. Bounded by bytes, those of hints under way included.
struct HintQueue {
  private var closed = FIFO<Hint>()
  private var open: ColumnFrame?
  private var closedBytes = 0
  /// Of hints that are under way, until ``release(_:)``.
  private var lentBytes = 0
  private let bytesMax: Int

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Bytes of all hints; of the open frame, estimated from above.
  var bytes: Int { closedBytes + lentBytes + (open?.bytes ?? 0) }
  var isEmpty: Bool { closed.isEmpty && open == nil }
  /// Bytes of the oldest hint, from above; nil when there is none.
  var nextBytes: Int? { closed.first?.body.count ?? open?.bytes }
  /// Points that are not under way. O(hints).
  var points: Int { (0..<closed.count).reduce(open?.rows ?? 0) { $0 + closed[$1].rows } }

  /// Keeps the batch, or answers false when there is no room for it. O(rows).
  mutating func take(_ batch: PointColumns, _ names: inout LinkNames) -> Bool {
    let added = ColumnFrame.bytes(of: batch) + (open == nil ? RouterLimits.linkFrameBytes : 0)
    guard bytes + added <= bytesMax else { return false }
    if let open, open.rows > 0, !open.hasRoom(for: batch) { close() }
    if let full = names.put(batch, ticket: nil, into: &open) { keep(full) }
    return true
  }

  /// The oldest hint, or nil when there is none. The caller has `release` called when it is acked.
  mutating func lend() -> Hint? {
    if closed.isEmpty { close() }
    guard let hint = closed.popFirst() else { return nil }
    closedBytes -= hint.body.count
    lentBytes += hint.body.count
    return hint
  }

  /// A lent hint needs to be kept no longer.
  mutating func release(_ hint: Hint) { lentBytes -= hint.body.count }

  /// Takes off the oldest hint if none of its points is later than `time`, Unix seconds.
  ///
  /// - Returns: its points; 0: it is kept.
  mutating func expire(notAfter time: Int64) -> Int {
    if let hint = closed.first {
      guard hint.newestTime <= time else { return 0 }
      _ = closed.popFirst()
      closedBytes -= hint.body.count
      return hint.rows
    }
    guard let frame = open, frame.newestTime <= time else { return 0 }
    open = nil
    return frame.rows
  }

  /// Takes off all hints that are not under way.
  mutating func removeAll() -> [Hint] {
    close()
    defer {
      closed.removeAll()
      closedBytes = 0
    }
    return (0..<closed.count).map { closed[$0] }
  }

  private mutating func close() {
    guard let frame = open else { return }
    open = nil
    keep(frame)
  }

  private mutating func keep(_ frame: ColumnFrame) {
    let hint = frame.hint()
    closed.append(hint)
    closedBytes += hint.body.count
  }
}
