// SPDX-License-Identifier: Apache-2.0
internal import Proto

/// The kinds of a frame's points, where any has one: a word column.
enum KindColumn {
  /// The largest number that is known.
  static let kindMax = UInt8(MetricKind.histogram.rawValue)

  static func append(_ kinds: [UInt8], to body: inout FrameBodyWriter) {
    guard let first = kinds.first else { return }
    let varying = kinds.reduce(0) { $0 | ($1 ^ first) }
    WordColumn.append(rows: kinds.count, varying: UInt64(varying), to: &body) { row in
      UInt64(kinds[row])
    }
  }

  /// The kinds of `rows` rows, each known.
  static func read(
    rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [UInt8] {
    let start = reader.offset
    var greatest: UInt64 = 0
    var kinds = [UInt8](repeating: 0, count: rows)
    try WordColumn.read(rows: rows, &reader, body) { row, word in
      greatest |= word
      kinds[row] = UInt8(truncatingIfNeeded: word)
    }
    // All numbers up to the largest are known, and it has all its bits set.
    if greatest > UInt64(kindMax) { throw .malformed(.kindUnknown, offset: start) }
    return kinds
  }
}
