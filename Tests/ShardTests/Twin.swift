// SPDX-License-Identifier: Apache-2.0
import Shard

/// The stupid twin of ``ShardCore``: keeps all points, and filters them anew for each report.
struct Twin {
  /// A series from its first point until its window is empty.
  private struct Life {
    var sightings = Sightings()
    /// Those in slices.
    var points: [(time: Int64, value: Double)] = []
    /// Finite ones in groups of slices of which any is live.
    var grouped: [(time: Int64, value: Double)] = []
  }

  let shape: WindowShape
  private var clock: Int64 = 0
  private var lives: [String: Life] = [:]

  init(_ shape: WindowShape) {
    self.shape = shape
  }

  /// First and last second of the slice that covers `time`.
  private func slice(_ time: Int64) -> (first: Int64, last: Int64) {
    let first = time - time % shape.resolutionSeconds
    return (first, first + shape.resolutionSeconds - 1)
  }

  /// First and last second of the group of slices that covers `time`.
  private func group(_ time: Int64) -> (first: Int64, last: Int64) {
    let first = time - time % shape.groupSeconds
    return (first, first + shape.groupSeconds - 1)
  }

  private func hasExpired(_ time: Int64, window: Int64) -> Bool {
    slice(time).last <= clock - window
  }

  private func liesTooFarAhead(_ first: Int64) -> Bool {
    first > clock + shape.futureGraceSeconds + ShardLimits.clockSkewSeconds
  }

  /// The clock does not follow small steps back; a larger one forgets what is far ahead then.
  mutating func advance(to now: Int64) {
    guard now > clock || now < clock - ShardLimits.clockSkewSeconds else { return }
    clock = now
    lives = lives.compactMapValues { [self] life in
      var life = life
      life.points.removeAll {
        hasExpired($0.time, window: shape.windowSeconds) || liesTooFarAhead(slice($0.time).first)
      }
      life.grouped.removeAll {
        hasExpired(group($0.time).last, window: shape.windowSeconds)
          || liesTooFarAhead(group($0.time).first)
      }
      if life.sightings.lastSeen >= 0, liesTooFarAhead(slice(life.sightings.lastSeen).first) {
        life.sightings.lastSeen = SeriesSummary.neverSeen
      }
      return life.points.isEmpty ? nil : life
    }
  }

  mutating func apply(_ point: TestPoint) -> RejectReason? {
    if hasExpired(point.time, window: shape.windowSeconds) { return .timeTooOld }
    if liesTooFarAhead(slice(point.time).first) { return .timeTooNew }
    var life = lives[point.name] ?? Life()
    life.points.append((point.time, point.value))
    if point.value.isFinite { life.grouped.append((point.time, point.value)) }
    if point.time >= life.sightings.lastSeen {
      (life.sightings.last, life.sightings.lastSeen) = (point.value, point.time)
    }
    life.sightings.firstSeen = min(life.sightings.firstSeen, point.time)
    life.sightings.kind = max(life.sightings.kind, point.kind)
    lives[point.name] = life
    return nil
  }

  private func isIn(_ request: ReportRequest, _ time: Int64) -> Bool {
    let window = min(request.windowSeconds ?? .max, shape.windowSeconds)
    return !hasExpired(time, window: window)
      && slice(time).first > request.from ?? -1 && slice(time).last <= request.to ?? .max
  }

  func summaries(_ request: ReportRequest = ReportRequest()) -> [String: SeriesSummary] {
    lives.compactMapValues { life in
      let points = life.points.filter { isIn(request, $0.time) }
      return points.isEmpty ? nil : summary(points.map(\.value), life.sightings, request)
    }
  }

  private func summary(_ values: [Double], _ sightings: Sightings, _ request: ReportRequest)
    -> SeriesSummary
  {
    var summary = SeriesSummary(firstSeen: sightings.firstSeen, kind: sightings.kind)
    if sightings.lastSeen >= 0, slice(sightings.lastSeen).last <= request.to ?? .max {
      (summary.last, summary.lastSeen) = (sightings.last, sightings.lastSeen)
    }
    for value in values {
      switch value {
      case .infinity: summary.positiveInfinities += 1
      case -.infinity: summary.negativeInfinities += 1
      default:
        summary.count += 1
        summary.sum += value
        summary.min = min(summary.min, value)
        summary.max = max(summary.max, value)
      }
    }
    let mean = summary.average
    for value in values where value.isFinite && summary.min < summary.max {
      summary.squares += (value - mean) * (value - mean)
    }
    return summary
  }

  /// Histograms of the series that have a row: of the points of all groups that have a slice in the
  /// report.
  func histograms(_ request: ReportRequest = ReportRequest()) -> [String: Histogram] {
    let span = shape.span(of: request, now: clock)
    return lives.filter { $0.value.points.contains { isIn(request, $0.time) } }.mapValues { life in
      let points = life.grouped.filter {
        $0.time > span.quantilesFrom
          && (request.to == nil || group($0.time).first <= span.to)
      }
      return naive(points.map(\.value))
    }
  }
}
