// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
internal import Shard

// MARK: To the wire

extension HistogramColumns {
  /// What a row takes in a message at most. O(buckets).
  func wireBytes(_ row: Int) -> Int { RouterLimits.histogramRowBytes + varintBytes(row) }

  /// Rows as a message. O(their buckets).
  func message(_ rows: Range<Int>) -> BucketColumns {
    let hasNegatives = negatives[rows].contains { !$0.isEmpty }
    return .with {
      $0.coarseness = rows.map { UInt8(HistogramScale.finest - scale($0)) }
      if zeros[rows].contains(where: { $0 != 0 }) { $0.zeros = Array(zeros[rows]) }
      $0.positiveStarts = positives[rows].map(\.start)
      $0.positiveLengths = positives[rows].map { UInt32($0.count) }
      if hasNegatives {
        $0.negativeStarts = negatives[rows].map(\.start)
        $0.negativeLengths = negatives[rows].map { UInt32($0.count) }
      }
      for row in rows {
        appendCounts(of: positives[row], to: &$0.buckets)
        appendCounts(of: negatives[row], to: &$0.buckets)
      }
    }
  }
}

// MARK: From the wire

extension HistogramColumns {
  /// Adds the rows of a message. O(bytes).
  mutating func append(_ message: BucketColumns, rows: Int) throws(ColumnFault) {
    let hasNegatives = !message.negativeLengths.isEmpty
    guard
      message.coarseness.count == rows, message.zeros.isEmpty || message.zeros.count == rows,
      message.positiveStarts.count == rows, message.positiveLengths.count == rows,
      message.negativeStarts.count == message.negativeLengths.count,
      !hasNegatives || message.negativeLengths.count == rows
    else { throw .columnsDiffer }
    reserve(rows: rows, bytes: message.buckets.count)
    var rest = message.buckets[...]
    for row in 0..<rows {
      let scale = HistogramScale.finest - Int(message.coarseness[row])
      let zeros = message.zeros.isEmpty ? 0 : message.zeros[row]
      guard zeros >= 0 else { throw .statisticsInvalid }
      let positiveStart = message.positiveStarts[row]
      let positive = try Self.run(
        message.positiveLengths[row], start: positiveStart, scale: scale, &rest)
      let negativeStart = hasNegatives ? message.negativeStarts[row] : 0
      let negative = try Self.run(
        hasNegatives ? message.negativeLengths[row] : 0, start: negativeStart, scale: scale, &rest)
      append(
        scale: scale, zeros: zeros, positiveStart: positiveStart, positive: positive,
        negativeStart: negativeStart, negative: negative)
    }
    guard rest.isEmpty else { throw .columnsDiffer }
  }

  /// The next counts: as many as are there, and as canonical as a histogram's.
  private static func run(
    _ length: UInt32, start: Int32, scale: Int, _ rest: inout ArraySlice<Int64>
  ) throws(ColumnFault) -> ArraySlice<Int64> {
    guard HistogramScale.has(start, Int(length), scale: scale) else { throw .statisticsInvalid }
    guard length <= rest.count else { throw .columnsDiffer }
    let run = rest.prefix(Int(length))
    rest = rest.dropFirst(Int(length))
    guard run.first != 0, run.last != 0, run.allSatisfy({ $0 >= 0 }) else {
      throw .statisticsInvalid
    }
    return run
  }
}
