// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard

/// Rows of a report as a `telemetry.MetricUpdate` has them.
extension PartialReport {
  /// All rows as entries of the field `changed`: name and labels in one order, then the summary.
  ///
  /// - Parameter seconds: what rates are over.
  func entries(seconds: Int64) -> [UInt8] {
    let rows = (0..<count).map { entry($0, seconds) }
    return WireWriter.encode { writer in
      for row in rows {
        writer.writeNested(field: 2) { $0.write(raw: row.span.bytes) }
      }
    }
  }

  /// What each row says but for its rates, by series key.
  var summaries: [[UInt8]: MetricSummary] {
    var summaries: [[UInt8]: MetricSummary] = [:]
    for row in 0..<count { summaries[Array(nameBytes[nameRange(row)])] = summary(row) }
    return summaries
  }

  /// Fields of one message, written apart: a map has no order of its own.
  private func entry(_ row: Int, _ seconds: Int64) -> [UInt8] {
    let (metric, labels) = parts(row)
    var bytes = SeriesReport.with { $0.metric = metric }.encoded()
    for (name, value) in labels {
      bytes += SeriesReport.with { $0.labels = [name: value] }.encoded()
    }
    var summary = summary(row)
    summary.rate = Double(summary.count) / Double(seconds)
    return bytes + SeriesReport.with { $0.summary = summary }.encoded()
  }

  /// The name, and the labels in their order in the key.
  private func parts(_ row: Int) -> (metric: String, labels: [(String, String)]) {
    let parts = nameBytes[nameRange(row)].split(
      separator: SeriesKey.labelMark, omittingEmptySubsequences: false)
    let labels = parts.dropFirst().map { label in
      let sides = label.split(separator: SeriesKey.valueMark, omittingEmptySubsequences: false)
      return (String(decoding: sides[0], as: UTF8.self), String(decoding: sides[1], as: UTF8.self))
    }
    return (String(decoding: parts[0], as: UTF8.self), labels)
  }

  private func summary(_ row: Int) -> MetricSummary {
    let summary = self[row]
    return MetricSummary.with {
      $0.count = summary.count
      $0.sum = summary.sum
      $0.min = summary.min
      $0.max = summary.max
      $0.last = summary.last
      $0.lastSeen = summary.lastSeen
      $0.firstSeen = summary.firstSeen
      $0.variance = summary.variance
      $0.kind = MetricKind(rawValue: Int32(summary.kind))
    }
  }
}
