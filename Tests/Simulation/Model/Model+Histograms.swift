// SPDX-License-Identifier: Apache-2.0
import Shard

/// Histograms and quantiles of a report: each of the values of a series has a bucket of its own, so
/// a histogram tells its points, too.
extension Model {
  private static let quantiles = [0, 0.25, 0.5, 0.95, 0.99, 1]

  func histogramFault(_ row: Row) -> String? {
    guard row.terms.request.wantsHistograms else {
      return row.report.histograms == nil ? nil : "nobody asked for its histogram"
    }
    guard let histograms = row.report.histograms else { return "there are no histograms" }
    guard series[row.series].hasHistogram else {
      world.tallies[.histogramsOff] += 1
      return histograms.isEmpty(row.number) ? nil : "its histogram is not to be kept"
    }
    world.tallies[.histograms] += 1
    let histogram = histograms[row.number]
    guard let points = histogram.powersOfTwo else { return "its histogram is \(histogram)" }
    if let point = numbers(row.series, row.mask & ~points).first {
      return "its histogram lacks \(describe(point))"
    }
    if histogram.scale < HistogramScale.finest { world.tallies[.histogramsCoarse] += 1 }
    return widerFault(row, points & ~row.mask) ?? quantileFault(row, points)
  }

  /// - Parameter extra: points of the histogram that are not in the rest of the row, as bits.
  private func widerFault(_ row: Row, _ extra: UInt64) -> String? {
    if extra == 0 { return nil }
    world.tallies[.histogramsWider] += 1
    return numbers(row.series, extra)
      .first { !isUnseen($0, row.terms) || !isReached($0, row.terms) }
      .map { "its histogram has \(describe($0))" }
  }

  private func isReached(_ point: PointNumber, _ terms: ReportTerms) -> Bool {
    let skew: Int64
    switch scenario.clocks {
    case .expiring: skew = 0
    case .steady: skew = 60
    case .wild: return true
    }
    return truth(point).applications.contains { terms.histogramReaches($0.time, skew: skew) }
  }

  /// - Parameter points: of the histogram, as bits.
  private func quantileFault(_ row: Row, _ points: UInt64) -> String? {
    let values = numbers(0, points).map { value(of: $0) }
    guard let error = row.report.quantileError(row: row.number) else { return "no error is known" }
    for quantile in Model.quantiles {
      let rank = max(1, Int((quantile * Double(values.count)).rounded(.up)))
      let exact = min(max(values[rank - 1], row.summary.min), row.summary.max)
      guard let found = row.report.quantile(quantile, row: row.number),
        abs(found - exact) <= error * exact
      else { return "its \(quantile) quantile is \(exact), to \(error) of that" }
    }
    return nil
  }
}

extension Histogram {
  /// The powers of two that are its values, each once, as bits; nil: it has others, or is not just
  /// as fine as these fit.
  fileprivate var powersOfTwo: UInt64? {
    guard zeros == 0, negative.isEmpty, scale >= 0, !positive.isEmpty,
      positive.counts.allSatisfy({ $0 <= 1 })
    else { return nil }
    var powers: UInt64 = 0
    for (bucket, count) in zip(positive.start..., positive.counts) where count == 1 {
      // A power of two is the last value of its bucket.
      let power = (bucket + 1) >> Int32(scale)
      guard power << Int32(scale) == bucket + 1, (0..<64).contains(power) else { return nil }
      powers |= 1 << UInt64(power)
    }
    let doublings = 63 - powers.leadingZeroBitCount - powers.trailingZeroBitCount
    let finest = (0...HistogramScale.finest).last { doublings << $0 < HistogramScale.bucketsMax }
    return scale == finest ? powers : nil
  }
}
