// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

/// What is promised of the summary of a stream of metrics.
extension Model {
  /// A client has it: it must tell of the metrics that count, or will, exactly.
  func check(_ bytes: [UInt8], of call: Call) {
    world.tallies[.summaries] += 1
    do {
      let summary = try MetricsSummary(decoding: bytes)
      let expected = summed(call.points.filter(counts))
      if summary != expected {
        world.broken(
          .summary, "call \(call.number): \(differences(summary, expected))")
      }
    } catch {
      world.broken(.summary, "call \(call.number) has an answer that is no summary: \(error)")
    }
  }

  private func counts(_ point: PointNumber) -> Bool {
    switch truth(point).fate {
    case .applied, .hinted: true
    case .refused, .unknown: false
    }
  }

  /// Made the plain way.
  private func summed(_ points: [PointNumber]) -> MetricsSummary {
    var values: [String: [Double]] = [:]
    for point in points {
      let name = SeriesKey.decode(series(of: point).name).metric
      values[name, default: []].append(value(of: point))
    }
    let times = points.compactMap { truth($0).time }
    return .with {
      $0.totalMetrics = Int32(points.count)
      $0.uniqueMetricNames = Int32(values.count)
      $0.startTime = times.min().map { time in .with { $0.seconds = time } }
      $0.endTime = times.max().map { time in .with { $0.seconds = time } }
      $0.stats = values.mapValues { values in
        let sum = values.reduce(0, +)
        return .with {
          ($0.count, $0.sum, $0.avg) = (Int32(values.count), sum, sum / Double(values.count))
          ($0.min, $0.max) = (values.min() ?? .nan, values.max() ?? .nan)
        }
      }
    }
  }

  private func differences(_ summary: MetricsSummary, _ expected: MetricsSummary) -> String {
    let names = Set(summary.stats.keys).union(expected.stats.keys).sorted()
      .filter { summary.stats[$0] != expected.stats[$0] }
    return "\(summary.totalMetrics) of \(summary.uniqueMetricNames) names from "
      + "\(seconds(summary.startTime)) to \(seconds(summary.endTime)), but "
      + "\(expected.totalMetrics) of \(expected.uniqueMetricNames) from "
      + "\(seconds(expected.startTime)) to \(seconds(expected.endTime)) count; not as they are: "
      + names.map { describe($0, summary.stats[$0], expected.stats[$0]) }.joined(separator: ", ")
  }

  private func seconds(_ time: Timestamp?) -> String {
    time.map { "\($0.seconds - Scenario.epochSeconds)" } ?? "none"
  }

  private func describe(_ name: String, _ stats: MetricStats?, _ expected: MetricStats?) -> String {
    "\(name) with \(stats?.count ?? 0) of \(stats?.sum ?? 0), expected "
      + "\(expected?.count ?? 0) of \(expected?.sum ?? 0)"
  }
}
