// SPDX-License-Identifier: Apache-2.0
import Shard

/// The stupid twin of ``ShardCore``: keeps all points, and filters them anew for each report.
struct Twin {
  let shape: WindowShape
  private var clock: Int64 = 0
  private var points: [String: [(time: Int64, value: Double)]] = [:]

  init(_ shape: WindowShape) {
    self.shape = shape
  }

  /// First and last second of the slice that covers `time`.
  private func slice(_ time: Int64) -> (first: Int64, last: Int64) {
    let first = time - time % shape.resolutionSeconds
    return (first, first + shape.resolutionSeconds - 1)
  }

  private func hasExpired(_ time: Int64, window: Int64) -> Bool {
    slice(time).last <= clock - window
  }

  private func liesTooFarAhead(_ time: Int64) -> Bool {
    slice(time).first > clock + shape.futureGraceSeconds + ShardLimits.clockSkewSeconds
  }

  /// The clock does not follow small steps back; a larger one forgets what is far ahead then.
  mutating func advance(to now: Int64) {
    guard now > clock || now < clock - ShardLimits.clockSkewSeconds else { return }
    clock = now
    points = points.mapValues { [self] points in
      points.filter {
        !hasExpired($0.time, window: shape.windowSeconds) && !liesTooFarAhead($0.time)
      }
    }
  }

  mutating func apply(_ point: TestPoint) -> RejectReason? {
    if hasExpired(point.time, window: shape.windowSeconds) { return .timeTooOld }
    if liesTooFarAhead(point.time) { return .timeTooNew }
    points[point.name, default: []].append((point.time, point.value))
    return nil
  }

  func summaries(windowSeconds: Int64? = nil) -> [String: SeriesSummary] {
    let window = min(windowSeconds ?? .max, shape.windowSeconds)
    return points.compactMapValues { points in
      var summary = SeriesSummary()
      for point in points where !hasExpired(point.time, window: window) {
        switch point.value {
        case .infinity: summary.positiveInfinities += 1
        case -.infinity: summary.negativeInfinities += 1
        default:
          summary.count += 1
          summary.sum += point.value
          summary.min = min(summary.min, point.value)
          summary.max = max(summary.max, point.value)
        }
      }
      return summary.isEmpty ? nil : summary
    }
  }
}
