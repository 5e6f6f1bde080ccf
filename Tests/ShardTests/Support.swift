// SPDX-License-Identifier: Apache-2.0
import Shard

import enum Proto.SeriesKey

/// A point as tests write it.
struct TestPoint {
  var name: String
  var value: Double
  var time: Int64
  var kind: UInt8 = 0
}

/// The hash of a name, as points bring it.
func testHash(_ name: String) -> UInt64 {
  let bytes = Array(name.utf8)
  return testHash(bytes)
}

/// The hash of a key, as points bring it.
func testHash(_ key: [UInt8]) -> UInt64 { SeriesKey.hash(key.span.bytes, key.indices) }

extension PointColumns {
  /// Adds a point; its ordinal is its row.
  @discardableResult
  func append(_ point: TestPoint, hash: UInt64? = nil) -> Bool {
    let bytes = Array(point.name.utf8)
    return append(
      hash: hash ?? testHash(point.name), nameFrom: bytes.span.bytes, range: 0..<bytes.count,
      value: point.value, time: point.time, ordinal: UInt32(count), kind: point.kind)
  }
}

extension ShardCore {
  /// Applies points in as many batches as they take; answers the rejections, rows counted over all.
  @discardableResult
  mutating func apply(
    _ points: [TestPoint], now: Int64, hash: (String) -> UInt64 = { testHash($0) }
  ) -> [(row: Int, reason: RejectReason)] {
    var rejections: [(row: Int, reason: RejectReason)] = []
    let batch = PointColumns(rowsMax: 100, nameBytesMax: 4096)
    var base = 0
    func flush(_ core: inout ShardCore) {
      core.apply(batch, now: now)
      rejections += batch.rejections.map { (base + $0.row, $0.reason) }
      base += batch.count
      batch.reset()
    }
    for point in points where !batch.append(point, hash: hash(point.name)) {
      flush(&self)
      batch.append(point, hash: hash(point.name))
    }
    flush(&self)
    return rejections
  }

  /// The report as a dictionary. Traps when a series has two rows.
  mutating func summaries(_ request: ReportRequest = ReportRequest(), now: Int64)
    -> [String: SeriesSummary]
  {
    let report = report(request, now: now)
    return Dictionary(
      uniqueKeysWithValues: (0..<report.count).map { (report.name($0), report[$0]) })
  }
}

extension ShardCore {
  /// The histograms of a report. Traps when a series has two rows.
  mutating func histograms(_ request: ReportRequest = ReportRequest(), now: Int64)
    -> [String: Histogram]
  {
    var request = request
    request.wantsHistograms = true
    let report = report(request, now: now)
    return Dictionary(
      uniqueKeysWithValues: (0..<report.count).map {
        (report.name($0), report.histograms?[$0] ?? Histogram())
      })
  }
}

extension SeriesSummary {
  /// Count, sum, extremes and infinities alone.
  var basics: SeriesSummary {
    SeriesSummary(
      count: count, sum: sum, min: min, max: max, positiveInfinities: positiveInfinities,
      negativeInfinities: negativeInfinities)
  }

  /// The same but for the last digits of the squares, which depend on the order of the values.
  func agrees(with other: SeriesSummary) -> Bool {
    guard squares.isNear(other.squares) else { return false }
    var own = self
    own.squares = other.squares
    return own == other
  }
}

extension Double {
  func isNear(_ other: Double, within part: Double = 1e-10) -> Bool {
    self == other || abs(self - other) <= part * max(magnitude, other.magnitude)
  }
}

extension [String: SeriesSummary] {
  /// ``SeriesSummary/basics`` of each.
  var basics: [String: SeriesSummary] { mapValues(\.basics) }

  /// Names of rows that do not agree, or that only one of both has.
  func differing(from other: [String: SeriesSummary]) -> [String] {
    Set(keys).union(other.keys).filter { name in
      guard let own = self[name], let due = other[name] else { return true }
      return !own.agrees(with: due)
    }.sorted()
  }
}

extension SeriesSelection {
  init(names: [String] = [], prefixes: [String] = [], globs: [String] = []) throws {
    try self.init(names: names, prefixes: prefixes, globs: globs, hash: { SeriesKey.hash($0, $1) })
  }
}
