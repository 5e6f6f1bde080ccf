// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard

/// Writes rows as `telemetry.MetricSummary`: those statistics that are chosen.
///
/// Quantiles are looked up once, before the two passes of a `WireWriter`.
struct SummaryEncoder {
  private let report: PartialReport
  private let statistics: StatisticSet
  /// What rates are over; 0: there are none.
  private let seconds: Double
  /// Quantiles of one row behind those of another.
  private var quantiles: [Double] = []
  /// Where those of each row end, and by how much of themselves they are at most off.
  private var quantileEnds: [(end: Int, error: Double)] = []

  /// Looks up quantiles of rows. O(rows), and O(buckets) for each quantile.
  init(_ encoder: ReportEncoder, _ report: PartialReport, rows: some Collection<Int>) {
    self.report = report
    statistics = encoder.statistics
    seconds = Double(max(0, encoder.to - encoder.from))
    guard encoder.hasQuantiles, let histograms = report.histograms else { return }
    quantiles.reserveCapacity(rows.count * encoder.quantiles.count)
    quantileEnds.reserveCapacity(rows.count)
    for row in rows {
      if report.counts[row] > 0 {
        _ = histograms.appendQuantiles(
          encoder.quantiles, row: row, least: report.minima[row], greatest: report.maxima[row],
          to: &quantiles)
      }
      quantileEnds.append((quantiles.count, histograms.relativeError(row)))
    }
  }

  /// Writes the fields of a row, which is number `index` of those that it was made for.
  func write(_ row: Int, at index: Int, to writer: inout WireWriter) {
    let summary = report[row]
    if summary.count > 0 {
      writeMoments(summary, to: &writer)
    }
    writer.writeUnlessZero(summary.positiveInfinities, as: Int64Field.self, field: 6)
    writer.writeUnlessZero(summary.negativeInfinities, as: Int64Field.self, field: 7)
    if summary.count > 0 { writeSpread(summary, to: &writer) }
    writeSeen(summary, to: &writer)
    if summary.count > 0 { writeRates(summary, to: &writer) }
    writeQuantiles(at: index, to: &writer)
    writer.writeUnlessZero(UInt64(summary.kind), as: UInt64Field.self, field: 17)
  }

  private func writeMoments(_ summary: SeriesSummary, to writer: inout WireWriter) {
    if statistics.contains(.count) {
      writer.writeUnlessZero(summary.count, as: Int64Field.self, field: 1)
    }
    write(.sum, summary.sum, field: 2, to: &writer)
    write(.avg, summary.average, field: 3, to: &writer)
    write(.min, summary.min, field: 4, to: &writer)
    write(.max, summary.max, field: 5, to: &writer)
  }

  private func writeSpread(_ summary: SeriesSummary, to writer: inout WireWriter) {
    write(.variance, summary.variance, field: 8, to: &writer)
    write(.stddev, summary.variance.squareRoot(), field: 9, to: &writer)
  }

  private func writeSeen(_ summary: SeriesSummary, to writer: inout WireWriter) {
    if summary.lastSeen != SeriesSummary.neverSeen {
      write(.last, summary.last, field: 10, to: &writer)
      if statistics.contains(.lastSeen) {
        writer.writeUnlessZero(summary.lastSeen, as: Int64Field.self, field: 11)
      }
    }
    if statistics.contains(.firstSeen), summary.firstSeen != .max {
      writer.writeUnlessZero(summary.firstSeen, as: Int64Field.self, field: 12)
    }
  }

  private func writeRates(_ summary: SeriesSummary, to writer: inout WireWriter) {
    guard seconds > 0 else { return }
    write(.rate, Double(summary.count) / seconds, field: 13, to: &writer)
    write(.sumRate, summary.sum / seconds, field: 14, to: &writer)
  }

  private func writeQuantiles(at index: Int, to writer: inout WireWriter) {
    guard !quantileEnds.isEmpty else { return }
    let own = (index == 0 ? 0 : quantileEnds[index - 1].end)..<quantileEnds[index].end
    guard !own.isEmpty else { return }
    writer.write(doubles: quantiles, own, field: 15)
    writer.writeUnlessZero(quantileEnds[index].error, as: DoubleField.self, field: 16)
  }

  @inline(__always)
  private func write(
    _ statistic: StatisticSet, _ value: Double, field: Int, to writer: inout WireWriter
  ) {
    guard statistics.contains(statistic) else { return }
    writer.writeUnlessZero(double: value, field: field)
  }
}
