// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// The times of a frame, in the shorter of two encodings.
enum TimeColumn {
  /// The byte before the column.
  enum Encoding: UInt8 {
    /// Runs of equal times: how much later than the run before (signed varint; the first: than 0),
    /// and how many rows (varint), until all rows have theirs.
    case runs = 0
    /// The least (varint), then what each is above it, a word column.
    case planes = 1
  }

  /// Latest time that a point can have been admitted with.
  static let secondsMax = ShardLimits.clockSecondsMax + ShardLimits.futureGraceSecondsMax

  static func append(_ times: [Int64], to body: inout FrameBodyWriter) {
    var (least, greatest, last) = (times[0], times[0], times[0])
    var runs = 1
    for time in times {
      least = min(least, time)
      greatest = max(greatest, time)
      runs &+= time == last ? 0 : 1
      last = time
    }
    let span = UInt64(greatest - least)
    let varying = UInt64.max >> UInt64(span.leadingZeroBitCount)
    // A run takes two bytes when neither part is large, and mostly not more than three.
    if 3 * runs <= WordColumn.planes(varying).nonzeroBitCount * times.count || runs < 3 {
      appendRuns(times, to: &body)
    } else {
      body.append(Encoding.planes.rawValue)
      body.append(varint: UInt64(least))
      WordColumn.append(rows: times.count, varying: varying, to: &body) { row in
        UInt64(truncatingIfNeeded: times[row] &- least)
      }
    }
  }

  private static func appendRuns(_ times: [Int64], to body: inout FrameBodyWriter) {
    body.append(Encoding.runs.rawValue)
    var before: Int64 = 0
    var row = 0
    while row < times.count {
      let time = times[row]
      let start = row
      while row < times.count && times[row] == time { row += 1 }
      body.append(signedVarint: time - before)
      body.append(varint: UInt64(row - start))
      before = time
    }
  }

  /// The times of `rows` rows, each within 0...``secondsMax``.
  static func read(
    rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [Int64] {
    let start = reader.offset
    switch Encoding(rawValue: try reader.byte(body)) {
    case .runs: return try readRuns(rows, &reader, body)
    case .planes: return try readPlanes(rows, &reader, body)
    case nil: throw .malformed(.encodingUnknown, offset: start)
    }
  }

  private static func readRuns(
    _ rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [Int64] {
    var times: [Int64] = []
    times.reserveCapacity(rows)
    var time: Int64 = 0
    while times.count < rows {
      let (sum, overflow) = time.addingReportingOverflow(try reader.signedVarint(body))
      guard !overflow, (0...secondsMax).contains(sum) else {
        throw .timeOutOfRange(row: times.count)
      }
      time = sum
      let count = try reader.varint(in: 1...rows - times.count, body, else: .runsMismatch)
      times.append(contentsOf: repeatElement(time, count: count))
    }
    return times
  }

  private static func readPlanes(
    _ rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [Int64] {
    let least = try reader.varint(in: 0...Int(secondsMax), body, else: .numberOutOfRange)
    let spanMax = UInt64(secondsMax) - UInt64(least)
    var outside = rows
    var times = [Int64](repeating: Int64(least), count: rows)
    try WordColumn.read(rows: rows, &reader, body) { row, word in
      if word > spanMax { outside = min(outside, row) }
      times[row] &+= Int64(truncatingIfNeeded: word)
    }
    if outside < rows { throw .timeOutOfRange(row: outside) }
    return times
  }
}
