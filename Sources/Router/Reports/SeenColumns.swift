// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
internal import Shard

/// What is known of series besides their values: the latest, when they were seen, their kinds.
struct SeenColumns {
  private(set) var last: [Double] = []
  private(set) var lastSeen: [Int64] = []
  private(set) var firstSeen: [Int64] = []
  private(set) var kinds: [UInt8] = []

  /// Times that a node can have seen.
  private static let times = 0...2 * ShardLimits.clockSecondsMax

  /// No rows.
  init() {}

  /// Rows of a report. O(rows).
  init(_ report: PartialReport, _ rows: Range<Int>) {
    last = Array(report.last[rows])
    lastSeen = Array(report.lastSeen[rows])
    firstSeen = Array(report.firstSeen[rows])
    kinds = Array(report.kinds[rows])
  }

  /// A row for each. O(rows).
  init(_ sightings: [Sightings]) {
    for one in sightings {
      append(
        last: one.last, lastSeen: one.lastSeen, firstSeen: one.firstSeen, kind: one.kind)
    }
  }

  /// A row.
  subscript(row: Int) -> Sightings {
    Sightings(
      last: last[row], lastSeen: lastSeen[row], firstSeen: firstSeen[row], kind: kinds[row])
  }

  /// Adds a row.
  mutating func append(last: Double, lastSeen: Int64, firstSeen: Int64, kind: UInt8) {
    self.last.append(last)
    self.lastSeen.append(lastSeen)
    self.firstSeen.append(firstSeen)
    kinds.append(kind)
  }

  /// The message; nil: nothing is known. O(rows).
  var message: SightingColumns? {
    let hasKinds = kinds.contains { $0 != 0 }
    let known = (lastSeen + firstSeen).filter(Self.times.contains)
    guard hasKinds || !known.isEmpty else { return nil }
    let base = known.min() ?? 0
    func code(_ time: Int64) -> UInt64 {
      Self.times.contains(time) ? UInt64(time - base) + 1 : 0
    }
    return .with {
      $0.base = base
      $0.lastSeen = lastSeen.map(code)
      $0.firstSeen = firstSeen.map(code)
      $0.last = last
      if hasKinds { $0.kinds = kinds }
    }
  }

  /// Adds the rows of a message; without one, as many of which nothing is known. O(rows).
  mutating func append(_ message: SightingColumns?, rows: Int) throws(ColumnFault) {
    guard let message else {
      last += repeatElement(0, count: rows)
      lastSeen += repeatElement(SeriesSummary.neverSeen, count: rows)
      firstSeen += repeatElement(.max, count: rows)
      kinds += repeatElement(0, count: rows)
      return
    }
    guard
      message.lastSeen.count == rows, message.firstSeen.count == rows, message.last.count == rows,
      message.kinds.isEmpty || message.kinds.count == rows
    else { throw .columnsDiffer }
    guard Self.times.contains(message.base) else { throw .statisticsInvalid }
    for row in 0..<rows {
      let value = message.last[row]
      guard !value.isNaN else { throw .statisticsInvalid }
      let time = try Self.time(message.lastSeen[row], message.base)
      append(
        last: time == nil ? 0 : value, lastSeen: time ?? SeriesSummary.neverSeen,
        firstSeen: try Self.time(message.firstSeen[row], message.base) ?? .max,
        kind: message.kinds.isEmpty ? 0 : message.kinds[row])
    }
  }

  private static func time(_ code: UInt64, _ base: Int64) throws(ColumnFault) -> Int64? {
    guard code > 0 else { return nil }
    guard code - 1 <= UInt64(times.upperBound - base) else { throw .statisticsInvalid }
    return base + Int64(code - 1)
  }
}
