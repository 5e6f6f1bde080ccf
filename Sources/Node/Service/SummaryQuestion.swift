// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// A `telemetry.SummaryRequest`, checked and compiled.
struct SummaryQuestion: Sendable {
  /// What shards are asked.
  var request: ReportRequest
  /// What `request` is compiled from.
  var filter: SeriesFilter
  /// The same, compiled.
  var compiled: CompiledFilter
  /// The span that the answer covers.
  var span: QuestionSpan
  var pageSize: Int?
  var pageToken: PageToken?
  /// Most rows on all pages together.
  var limit: Int?
  var grouping: ReportGrouping?
  var order: ReportOrder?
  /// Which the rows have, in the order asked for.
  var quantiles: [Double]
  /// What rows have; empty: everything.
  var statistics: [Statistic]
  /// Of everything that chooses rows and their order.
  var fingerprint: UInt64
  var bytesMax: Int?
  /// Only what the node itself holds.
  var isLocal: Bool
  /// An incomplete answer is an error.
  var isStrict: Bool

  /// - Parameter now: the node's clock.
  /// - Throws: INVALID_ARGUMENT with the field and what is wrong with it.
  init(_ bytes: [UInt8], _ shape: WindowShape, now: Int64) throws(RPCError) {
    let message: SummaryRequest
    do {
      message = try SummaryRequest(decoding: bytes)
    } catch {
      throw .invalid("the request is no telemetry.SummaryRequest: \(error)")
    }
    try self.init(message, shape, now: now)
  }

  /// - Parameter now: the node's clock.
  /// - Throws: INVALID_ARGUMENT with the field and what is wrong with it.
  init(_ message: SummaryRequest, _ shape: WindowShape, now: Int64) throws(RPCError) {
    pageSize = try Self.count(message.pageSize, "page_size")
    limit = try Self.count(message.limit, "limit")
    bytesMax = try Self.count(message.bytesMax, "bytes_max")
    fingerprint = Self.fingerprint(message)
    pageToken = try Self.token(message, fingerprint)
    span = try Self.span(message, pageToken, shape, now)
    quantiles = try Self.quantiles(message)
    statistics = try Self.statistics(message)
    order = try message.orderBy.map { message throws(RPCError) in try Self.order(message) }
    grouping = try message.groupBy.map { message throws(RPCError) in try Self.grouping(message) }
    isLocal = message.local
    isStrict = message.strict
    filter = SeriesFilter(message)
    compiled = try filter.compiled()
    request = ReportRequest(
      selection: compiled.selection, span,
      wantsHistograms: statistics.isEmpty || statistics.contains(.quantiles)
        || order?.statistic == .quantiles)
  }

  /// Everything is answered row by row, rather than by name.
  var isOrdered: Bool { grouping != nil || order != nil || limit != nil }

  /// Most rows of the answer; nil: all there are.
  var rowsMax: Int? {
    let rowsLeft = limit.map { $0 - Int(clamping: pageToken?.rowsBefore ?? 0) }
    guard let pageSize else { return rowsLeft }
    return min(pageSize, rowsLeft ?? .max)
  }

  /// Which rows of each part of the answer are needed; nil: all.
  var cut: SectionCut? {
    guard order == nil, grouping == nil else { return nil }
    return rowsMax.map { SectionCut(pageSize: $0, after: pageToken?.position) }
  }

  /// The rows of the answer, out of everything that was gathered.
  func answer(of gathered: PartialReport) -> QuestionRows {
    let report = grouping?.applied(to: gathered) ?? gathered
    guard rowsMax != nil || order != nil else { return QuestionRows(report: report) }
    let size = rowsMax ?? max(1, report.count)
    guard size > 0 else { return QuestionRows(report: report, rows: []) }
    let page = ReportPage(of: report, size: size, after: pageToken?.position, order: order)
    let rowsBefore = Int(clamping: pageToken?.rowsBefore ?? 0) + page.rows.count
    let isLast = pageSize == nil || rowsBefore >= limit ?? .max
    return QuestionRows(
      report: report, rows: page.rows,
      next: isLast
        ? nil
        : page.next.map {
          PageToken(
            fingerprint: fingerprint, asOf: span.asOf, rowsBefore: UInt64(rowsBefore), position: $0)
        })
  }
}

/// The rows of an answer.
struct QuestionRows: Sendable {
  var report: PartialReport
  /// Row numbers of `report`, in order; nil: all, in no order.
  var rows: [Int]?
  /// Where the next page begins; nil: there is none.
  var next: PageToken?
}

extension ReportRequest {
  /// What shards are asked for a span: slices of absolute time, unless it ends now.
  init(selection: SeriesSelection, _ span: QuestionSpan, wantsHistograms: Bool) {
    let isPlain = span.slicesFrom == nil && span.slicesTo == nil
    self.init(
      selection: selection, windowSeconds: isPlain ? span.seconds : nil, from: span.slicesFrom,
      to: span.slicesTo, wantsHistograms: wantsHistograms)
  }
}

extension SeriesFilter {
  /// What a client asks for.
  init(_ message: SummaryRequest) {
    self.init(
      names: message.names, prefixes: message.prefixes, globs: message.globs,
      selectors: message.selectors)
  }
}
