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
    // Memory is twice that: the message, and its frames.
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
    let question = try SummaryQuestion(message.bytes, shape)
    let asOf = now()
    let gathered = try await gather(question, asOf, deadline)
    let page = question.pageSize.map {
      ReportPage(of: gathered.report, size: $0, after: question.pageToken)
    }
    let encoder = encoder(
      question, asOf: asOf, gathered.coverage, nextPageToken: page?.next?.text ?? "")
    if let page { return try encode(encoder, gathered.report, page.rows, question) }
    return try encode(encoder, gathered.report, 0..<gathered.report.count, question)
  }

  func encoder(
    _ question: SummaryQuestion, asOf: Int64, _ coverage: Coverage, nextPageToken: String = ""
  ) -> ReportEncoder {
    let from = asOf - question.windowSeconds
    return ReportEncoder(
      asOf: asOf, windowSeconds: question.windowSeconds,
      resolutionSeconds: shape.resolutionSeconds, nextPageToken: nextPageToken,
      coverage: question.isLocal ? nil : coverage, from: from, to: asOf, quantilesFrom: from,
      quantilesTo: asOf, statistics: StatisticSet(question.statistics),
      quantiles: question.quantiles)
  }

  /// Asks whoever is to be asked.
  ///
  /// - Throws: UNAVAILABLE when the answer is not complete and the caller is strict.
  func gather(
    _ question: SummaryQuestion, _ asOf: Int64, _ deadline: ContinuousClock.Instant?
  ) async throws -> GatheredReport {
    let gathered = await gatherAny(question, asOf, deadline)
    if question.isStrict, !question.isLocal { try Self.requireComplete(gathered.coverage) }
    return gathered
  }

  private func gatherAny(
    _ question: SummaryQuestion, _ asOf: Int64, _ deadline: ContinuousClock.Instant?
  ) async -> GatheredReport {
    guard let cluster else {
      let start = ContinuousClock.now
      let report = await node.ask(question.request, asOf: asOf)
      let latency = start.duration(to: .now)
      return GatheredReport(report: report, coverage: .alone(latency: latency))
    }
    if question.isLocal { return await cluster.gatherOwn(question, asOf: asOf, from: node) }
    return await cluster.gather(question, asOf: asOf, from: node, deadline: deadline)
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
        + "\(bytesMax) bytes; ask for pages (page_size), choose series (names, prefixes, globs), "
        + "or raise \(question.bytesMax == bytesMax ? "bytes_max" : "report-bytes-max")")
  }
}
