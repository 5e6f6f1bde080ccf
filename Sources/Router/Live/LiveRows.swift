// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// The rows of a report as a `telemetry.MetricUpdate` carries them: its field `changed`, a
/// `telemetry.SeriesReport` an entry, one behind the other. What tells a row from others is the
/// bytes of its name and labels, which must come before its summary.
public struct LiveRows: Sendable {
  /// Where one row lies in ``bytes``.
  struct Row: Sendable {
    /// The entry, with its tag and its length.
    var entry: Range<UInt32>
    /// Name and labels, as fields of the entry's message.
    var key: Range<UInt32>
    /// The key's.
    var hash: UInt64
  }

  /// Number of the field `changed`.
  public static let field = 2
  /// Number of a row's summary.
  private static let summaryField = 3

  /// All entries.
  public let bytes: [UInt8]
  let rows: [Row]

  /// No rows.
  public init() {
    bytes = []
    rows = []
  }

  /// The rows of entries that were written here, by an encoder that always writes one name and set
  /// of labels in the same way. O(bytes).
  ///
  /// - Precondition: the bytes are such entries.
  public init(entries bytes: [UInt8]) {
    precondition(bytes.count <= Int(UInt32.max), "entries beyond the largest message")
    self.bytes = bytes
    rows = Self.rows(unsafe bytes.span.bytes)
  }

  /// How many.
  public var count: Int { rows.count }

  private static func rows(_ bytes: RawSpan) -> [Row] {
    var rows: [Row] = []
    var reader = WireReader(0..<bytes.byteCount)
    do throws(DecodingError) {
      while true {
        let start = reader.offset
        guard let tag = try reader.readTag(bytes) else { return rows }
        precondition(tag.field == field, "another field among the entries of a live report")
        let body = try reader.readLengthDelimited(bytes)
        let key = body.lowerBound..<(try keyEnd(bytes, body))
        rows.append(
          Row(
            entry: UInt32(start)..<UInt32(body.upperBound),
            key: UInt32(key.lowerBound)..<UInt32(key.upperBound), hash: FNV.hash(bytes, key)))
      }
    } catch {
      preconditionFailure("no entries of a live report: \(error)")
    }
  }

  private static func keyEnd(_ bytes: RawSpan, _ body: Range<Int>) throws(DecodingError) -> Int {
    var reader = WireReader(body)
    while true {
      let start = reader.offset
      guard let tag = try reader.readTag(bytes), tag.field != summaryField else { return start }
      try reader.skip(tag, bytes)
    }
  }

  func entry(_ row: Int) -> ArraySlice<UInt8> { bytes[rows[row].entry.asInt] }

  func key(_ row: Int) -> ArraySlice<UInt8> { bytes[rows[row].key.asInt] }

  /// Whether a row says the same as one of others, but for rates: those change whenever time goes
  /// on, and follow from the rest. O(row).
  func isSame(_ row: Int, as other: Int, of others: LiveRows) -> Bool {
    if entry(row) == others.entry(other) { return true }
    let (own, theirs) = unsafe (bytes.span.bytes, others.bytes.span.bytes)
    var left = SummaryFields(rows[row], own)
    var right = SummaryFields(others.rows[other], theirs)
    while true {
      let (one, two) = (left.next(own), right.next(theirs))
      guard let one, let two else { return one == nil && two == nil }
      guard bytes[one] == others.bytes[two] else { return false }
    }
  }

  /// Walks the fields of a row's summary, but for rates.
  private struct SummaryFields {
    private static let rates = [13, 14]
    private var reader: WireReader

    init(_ row: Row, _ bytes: RawSpan) {
      reader = WireReader(row.key.asInt.upperBound..<row.entry.asInt.upperBound)
      do throws(DecodingError) {
        // Behind the tag and the length of the summary, if there is one.
        guard try reader.readTag(bytes) != nil else { return }
        reader = WireReader(try reader.readLengthDelimited(bytes))
      } catch {
        preconditionFailure("no summary of a live report: \(error)")
      }
    }

    mutating func next(_ bytes: RawSpan) -> Range<Int>? {
      do throws(DecodingError) {
        while true {
          let start = reader.offset
          guard let tag = try reader.readTag(bytes) else { return nil }
          try reader.skip(tag, bytes)
          if !Self.rates.contains(tag.field) { return start..<reader.offset }
        }
      } catch {
        preconditionFailure("no summary of a live report: \(error)")
      }
    }
  }
}

extension Range<UInt32> {
  fileprivate var asInt: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}

/// Finds rows by their keys: open addressing, linear probing, at most half full, 4 B a slot.
struct LiveIndex: Sendable {
  private static let none = UInt32.max

  private var slots: [UInt32] = []

  /// Finds nothing.
  init() {}

  /// Indexes all rows; their keys differ. O(rows).
  init(_ rows: LiveRows) {
    var capacity = 16
    while capacity < 2 * rows.count { capacity *= 2 }
    slots = [UInt32](repeating: Self.none, count: capacity)
    for row in rows.rows.indices {
      var slot = home(rows.rows[row].hash)
      while slots[slot] != Self.none { slot = next(slot) }
      slots[slot] = UInt32(row)
    }
  }

  /// The row with a key; nil: there is none. `rows` are those that are indexed.
  func find(_ hash: UInt64, _ key: ArraySlice<UInt8>, in rows: LiveRows) -> Int? {
    guard !slots.isEmpty else { return nil }
    var slot = home(hash)
    while slots[slot] != Self.none {
      let row = Int(slots[slot])
      if rows.rows[row].hash == hash, rows.key(row) == key { return row }
      slot = next(slot)
    }
    return nil
  }

  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }

  private func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }
}
