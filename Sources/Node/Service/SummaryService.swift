// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import RPCServices
import Router
import Shard

/// Answers `Summary`: asks every shard and every peer at once, merges, cuts a page, encodes.
///
/// Memory is bounded: a few reports are made at a time, the others wait their turn; and what slow
/// callers have not taken yet counts against a limit, beyond which further reports are refused.
struct SummaryService: Sendable {
  let node: NodeReports
  /// Nil: the node is alone.
  let cluster: ClusterReports?
  let shape: WindowShape
  let reportBytesMax: Int
  let now: @Sendable () -> Int64
  let gate = ReportGate(reportsMax: 4)
  private let untaken: UntakenBytes

  init(
    node: NodeReports, cluster: ClusterReports? = nil, shape: WindowShape, reportBytesMax: Int,
    now: @escaping @Sendable () -> Int64
  ) {
    self.node = node
    self.cluster = cluster
    self.shape = shape
    self.reportBytesMax = reportBytesMax
    self.now = now
    // Memory is up to twice that: the message, and its frames when they are compressed.
    untaken = UntakenBytes(bytesMax: reportBytesMax)
  }

  /// One call: returns when its caller has taken all but the last of the answer.
  func serve(
    _ requests: RequestStream, _ writer: ResponseWriter, _ context: ServerContext
  ) async throws {
    let message = try await requests.only()
    let answer = try await gate.pass {
      try await self.answer(message, deadline: context.deadline)
    }
    try untaken.take(answer.count)
    defer { untaken.giveBack(answer.count) }
    try await writer.write(answer)
  }

  /// - Throws: INVALID_ARGUMENT for a request that is none, RESOURCE_EXHAUSTED for an answer that
  ///   would be larger than the caller or the node allows, UNAVAILABLE for one that is not complete
  ///   when the caller is strict.
  func answer(
    _ message: ReceivedMessage, deadline: ContinuousClock.Instant? = nil
  ) async throws -> [UInt8] {
    let now = now()
    let question = try SummaryQuestion(message.bytes, shape, now: now)
    let gathered = try await gather(question, now, deadline)
    let answer = question.answer(of: gathered.report)
    let encoder = encoder(
      question, now: now, gathered.coverage, nextPageToken: answer.next?.text ?? "")
    if let rows = answer.rows { return try encode(encoder, answer.report, rows, question) }
    return try encode(encoder, answer.report, 0..<answer.report.count, question)
  }

  /// - Parameter now: the clock that the question was asked at.
  func encoder(
    _ question: SummaryQuestion, now: Int64, _ coverage: Coverage, nextPageToken: String = ""
  ) -> ReportEncoder {
    let span = shape.span(of: question.request, now: now)
    // What has no end ends when it was first asked for, on later pages, too.
    let (to, quantilesTo) =
      question.span.isOpen ? (question.span.to, question.span.to) : (span.to, span.quantilesTo)
    return ReportEncoder(
      asOf: question.span.asOf, windowSeconds: question.span.seconds,
      resolutionSeconds: shape.resolutionSeconds, nextPageToken: nextPageToken,
      coverage: question.isLocal ? nil : coverage, from: span.from, to: to,
      quantilesFrom: span.quantilesFrom, quantilesTo: quantilesTo,
      statistics: StatisticSet(question.statistics), quantiles: question.quantiles,
      isRowByRow: question.isOrdered)
  }

  /// Everything that the question chooses, of the whole cluster unless it is local.
  ///
  /// - Throws: INVALID_ARGUMENT when a pattern took too long, UNAVAILABLE when the answer is not
  ///   complete and the caller is strict.
  func gather(
    _ question: SummaryQuestion, _ now: Int64, _ deadline: ContinuousClock.Instant?
  ) async throws -> GatheredReport {
    let gathered = try await gatherUnchecked(question, now, deadline)
    try question.compiled.requireMatched()
    if question.isStrict, !question.isLocal { try Self.requireComplete(gathered.coverage) }
    return gathered
  }

  private func gatherUnchecked(
    _ question: SummaryQuestion, _ now: Int64, _ deadline: ContinuousClock.Instant?
  ) async throws(RPCError) -> GatheredReport {
    guard let cluster else {
      let start = ContinuousClock.now
      let report = await node.ask(question.request, asOf: now)
      let latency = start.duration(to: .now)
      return GatheredReport(report: report, coverage: .alone(latency: latency))
    }
    if question.isLocal { return await cluster.gatherOwn(question, asOf: now, from: node) }
    return try await cluster.gather(question, asOf: now, from: node, deadline: deadline)
  }

  private static func requireComplete(_ coverage: Coverage) throws {
    guard !coverage.complete else { return }
    let gaps = SummaryCoverage(coverage).gaps.joined(separator: "; ")
    throw RPCError(.unavailable, "the report is not complete: \(gaps)")
  }

  private func encode(
    _ encoder: ReportEncoder, _ report: PartialReport, _ rows: some Collection<Int>,
    _ question: SummaryQuestion
  ) throws -> [UInt8] {
    let bytes = encoder.encode(report, rows: rows)
    try require(bytes: bytes.count, of: rows.count, question)
    return bytes
  }

  /// - Throws: RESOURCE_EXHAUSTED for a report that is larger than the caller or the node allows.
  func require(bytes: Int, of series: Int, _ question: SummaryQuestion) throws(RPCError) {
    let bytesMax = min(question.bytesMax ?? reportBytesMax, reportBytesMax)
    guard bytes > bytesMax else { return }
    throw RPCError(
      .resourceExhausted,
      "the report of \(series) series takes \(bytes) bytes, more than the limit of "
        + "\(bytesMax) bytes; ask for pages (page_size), choose series (selectors, limit), or "
        + "raise \(question.bytesMax == bytesMax ? "bytes_max" : "report-bytes-max")")
  }
}
