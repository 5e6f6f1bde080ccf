// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// What one stream of metrics brought, by name, as its ``MetricsSummary`` tells it. Names are the
/// same when their bytes are; there are at most ``RecordLimits/namesMax`` of them.
public struct MetricTable: Sendable {
  private struct Row: Sendable {
    var hash: UInt64
    var name: Range<Int>
    var count: Int64 = 0
    var sum = 0.0
    var min = Double.infinity
    var max = -Double.infinity
  }

  private static let none = UInt32.max

  private var nameBytes: [UInt8] = []
  private var rows: [Row] = []
  /// Open addressing, at most half full.
  private var slots = [UInt32](repeating: none, count: 16)
  private var total: Int64 = 0
  /// Unix seconds.
  private var times: ClosedRange<Int64>?

  /// Nothing came yet.
  public init() {}

  /// The row of a name, perhaps a new one; nil: there are too many. A name of which no value is
  /// counted is in no summary. O(name).
  ///
  /// - Parameters:
  ///   - hash: of the name, by any function that is always the same.
  ///   - name: must lie within `bytes`.
  public mutating func row(_ hash: UInt64, _ bytes: RawSpan, _ name: Range<Int>) -> UInt32? {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != Self.none {
      let row = rows[Int(slots[slot])]
      if row.hash == hash, isName(row.name, bytes, name) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard rows.count < RecordLimits.namesMax,
      name.count <= RecordLimits.nameBytesMax - nameBytes.count
    else { return nil }
    let start = nameBytes.count
    unsafe bytes.extracting(name).withUnsafeBytes { unsafe nameBytes.append(contentsOf: $0) }
    rows.append(Row(hash: hash, name: start..<nameBytes.count))
    slots[slot] = UInt32(rows.count - 1)
    if 2 * rows.count > slots.count { grow() }
    return UInt32(rows.count - 1)
  }

  private func isName(_ known: Range<Int>, _ bytes: RawSpan, _ name: Range<Int>) -> Bool {
    guard known.count == name.count else { return false }
    let own = unsafe nameBytes.span.bytes
    for offset in 0..<name.count {
      let left = unsafe own.unsafeLoad(
        fromByteOffset: known.lowerBound + offset, as: UInt8.self)
      let right = unsafe bytes.unsafeLoad(
        fromByteOffset: name.lowerBound + offset, as: UInt8.self)
      if left != right { return false }
    }
    return true
  }

  private mutating func grow() {
    slots = [UInt32](repeating: Self.none, count: 2 * slots.count)
    for (index, row) in rows.enumerated() {
      var slot = Int(truncatingIfNeeded: row.hash) & (slots.count - 1)
      while slots[slot] != Self.none { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index)
    }
  }

  /// Counts a value of a row. O(1).
  ///
  /// - Parameter time: Unix seconds.
  public mutating func add(_ row: UInt32, _ value: Double, time: Int64) {
    total += 1
    times = times.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
    rows[Int(row)].count += 1
    rows[Int(row)].sum += value
    rows[Int(row)].min = min(rows[Int(row)].min, value)
    rows[Int(row)].max = max(rows[Int(row)].max, value)
  }

  /// The bytes of the ``MetricsSummary``, names in the order in which they came. O(names).
  ///
  /// - Parameter withStatistics: false: leaves out what is told by name.
  public func encoded(withStatistics: Bool = true) -> [UInt8] {
    let names = unsafe nameBytes.span.bytes
    return WireWriter.encode { writer in
      writer.writeUnlessZero(Int32(clamping: total), as: Int32Field.self, field: 1)
      let known = rows.count { $0.count > 0 }
      writer.writeUnlessZero(Int32(clamping: known), as: Int32Field.self, field: 2)
      Self.write(times?.lowerBound, field: 3, to: &writer)
      Self.write(times?.upperBound, field: 4, to: &writer)
      guard withStatistics else { return }
      for row in rows where row.count > 0 {
        writer.writeNested(field: 5) { entry in
          entry.writeNested(field: 1) { $0.write(raw: names.extracting(row.name)) }
          entry.writeNested(field: 2) { Self.write(row, to: &$0) }
        }
      }
    }
  }

  private static func write(_ time: Int64?, field: Int, to writer: inout WireWriter) {
    guard let time else { return }
    writer.writeNested(field: field) {
      $0.writeUnlessZero(time, as: Int64Field.self, field: 1)
    }
  }

  private static func write(_ row: Row, to writer: inout WireWriter) {
    writer.writeUnlessZero(Int32(clamping: row.count), as: Int32Field.self, field: 1)
    writer.writeUnlessZero(row.sum, as: DoubleField.self, field: 2)
    writer.writeUnlessZero(row.min, as: DoubleField.self, field: 3)
    writer.writeUnlessZero(row.max, as: DoubleField.self, field: 4)
    writer.writeUnlessZero(row.sum / Double(row.count), as: DoubleField.self, field: 5)
  }
}
