// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard
import TestKit

/// Clients of `RecordMetrics`: calls like others, of metrics as they are on the wire. Some of these
/// are spoilt: no node may take them, nor count them in its summary. A few are no metric at all.
extension Clients {
  /// Calls now and then, until all is healed.
  func record() {
    guard world.scenario.recordsMetrics else { return }
    let pauseMax = 12 * world.scenario.actionMicroseconds
    world.after(Int64(world.metricPlot.int(in: 1...pauseMax)), "metric client") { [unowned self] in
      if world.isHealed { return }
      world.tallies[.metricCalls] += 1
      call(.metrics)
      record()
    }
  }

  /// The bytes of a `metrics.v1.Metric`, the one of this index in the call.
  func metric(_ point: PointNumber, time: Int64, _ index: Int, of call: Call) -> [UInt8] {
    world.tallies[.metrics] += 1
    let series = world.model.series(of: point)
    let (name, labels) = SeriesKey.decode(series.name)
    var metric = Metric.with {
      ($0.name, $0.value) = (name, world.model.value(of: point))
      $0.labels = Dictionary(uniqueKeysWithValues: labels.map { ($0.name, $0.value) })
      $0.type = Clients.types[Int(series.kind)]
    }
    if time != 0 || world.metricPlot.oneIn(4) {
      metric.timestamp = .with {
        ($0.seconds, $0.nanos) = (time, Int32(world.metricPlot.int(in: 0...999_999_999)))
      }
    }
    if world.metricPlot.oneIn(1000) {
      call.endsAt = min(call.endsAt ?? index, index)
      return metric.encoded().dropLast()
    }
    guard world.metricPlot.oneIn(12) else { return metric.encoded() }
    call.spoilt.insert(point)
    return spoilt(metric)
  }

  /// By the number of what they are as a `MetricKind`.
  private static let types: [MetricType] = [.unspecified, .gauge, .counter, .histogram]

  private func spoilt(_ metric: Metric) -> [UInt8] {
    var metric = metric
    switch world.metricPlot.int(in: 0...7) {
    case 0: metric.name = ""
    case 1: metric.name += String(repeating: "y", count: ShardLimits.nameBytesMaxDefault)
    case 2: metric.value = .nan
    case 3: metric.labels[""] = "no name"
    case 4: for number in 0...ShardLimits.labelsMax { metric.labels["l\(number)"] = "x" }
    case 5: metric.timestamp = .with { $0.seconds = world.trueSeconds * 1000 }
    case 6: metric.timestamp = .with { ($0.seconds, $0.nanos) = (world.trueSeconds, -1) }
    default:
      var bytes = metric.encoded()
      // The name comes first, behind its tag and its length.
      bytes[2] = 0xFF
      return bytes
    }
    return metric.encoded()
  }
}
