// SPDX-License-Identifier: Apache-2.0

/// Where a report begins and ends. Unix seconds; points after a beginning and up to an end are in.
///
/// Slices are in it whole. Histograms are kept for groups of slices, those of one super-slice, so
/// quantiles cover all groups of which a slice is in the report: some more than the rest of it.
public struct ReportSpan: Sendable, Hashable {
  /// Slices begin after this.
  public let from: Int64
  /// Slices have ended by this. When the question named no end it is the clock; points ahead of the
  /// clock are in the report, too.
  public let to: Int64
  /// Quantiles are of points after this.
  public let quantilesFrom: Int64
  /// Quantiles are of points up to this; the same holds without an end.
  public let quantilesTo: Int64
}

extension WindowShape {
  /// Histograms are kept of groups of slices, each of so many seconds of absolute time.
  public var groupSeconds: Int64 {
    Int64(WindowGeometry(self).blockSlices) * resolutionSeconds
  }

  /// What a report of a shard of this shape covers. O(1).
  ///
  /// - Parameter now: the clock of the report.
  /// - Precondition: `now` is within 0...``ShardLimits/clockSecondsMax``.
  public func span(of request: ReportRequest, now: Int64) -> ReportSpan {
    let geometry = WindowGeometry(self)
    let window = Window(geometry, now: now)
    guard let slices = geometry.slices(of: request, window, now: now) else {
      let end = min(now, max(0, request.to ?? now))
      return ReportSpan(from: end, to: end, quantilesFrom: end, quantilesTo: end)
    }
    let hasEnd = request.to != nil
    let end = geometry.start(slices.upperBound + 1) - 1
    let groupEnd = geometry.groupStart(geometry.group(slices.upperBound) + 1) - 1
    return ReportSpan(
      from: geometry.start(slices.lowerBound) - 1,
      to: hasEnd ? end : now,
      quantilesFrom: geometry.groupStart(geometry.group(slices.lowerBound)) - 1,
      quantilesTo: hasEnd ? max(end, min(groupEnd, now)) : now)
  }
}

extension WindowGeometry {
  /// The slices that a report is of; nil: there is none. O(1).
  func slices(of request: ReportRequest, _ window: Window, now: Int64) -> ClosedRange<Int64>? {
    let seconds = min(request.windowSeconds ?? .max, shape.windowSeconds)
    var first = max(window.first, firstLive(now: now, windowSeconds: seconds))
    var last = window.last
    if let from = request.from { first = max(first, firstSlice(after: from)) }
    if let to = request.to { last = min(last, lastSlice(upTo: to)) }
    return first <= last ? first...last : nil
  }
}
