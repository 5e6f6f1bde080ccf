// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import RPCServices
import Router
import Shard

/// Answers `Summary`: asks every shard at once, merges, cuts a page, encodes.
///
/// Memory is bounded: a few reports are made at a time, the others wait their turn; and what slow
/// callers have not taken yet counts against a limit, beyond which further reports are refused.
struct SummaryService: Sendable {
  let shards: [Aggregator]
  let shape: WindowShape
  let reportBytesMax: Int
  let now: @Sendable () -> Int64
  private let gate = ReportGate(reportsMax: 4)
  private let untaken: UntakenBytes

  init(
    shards: [Aggregator], shape: WindowShape, reportBytesMax: Int,
    now: @escaping @Sendable () -> Int64
  ) {
    self.shards = shards
    self.shape = shape
    self.reportBytesMax = reportBytesMax
    self.now = now
    // Memory is twice that: the message, and its frames.
    untaken = UntakenBytes(bytesMax: reportBytesMax)
  }

  /// One call: returns when its caller has taken all but the last of the answer.
  func serve(_ requests: RequestStream, _ writer: ResponseWriter) async throws {
    let message = try await requests.only()
    let answer = try await gate.pass { try await self.answer(message) }
    try untaken.take(answer.count)
    defer { untaken.giveBack(answer.count) }
    try await writer.write(answer)
  }

  /// - Throws: INVALID_ARGUMENT for a request that is none, RESOURCE_EXHAUSTED for an answer that
  ///   would be larger than the caller or the node allows.
  func answer(_ message: ReceivedMessage) async throws -> [UInt8] {
    let question = try SummaryQuestion(message.bytes, shape)
    let asOf = now()
    let report = await ask(question.request, asOf)
    let page = question.pageSize.map {
      ReportPage(of: report, size: $0, after: question.pageToken)
    }
    let encoder = ReportEncoder(
      asOf: asOf, windowSeconds: question.windowSeconds,
      resolutionSeconds: shape.resolutionSeconds, nextPageToken: page?.next?.text ?? "")
    if let page { return try encode(encoder, report, page.rows, question) }
    return try encode(encoder, report, 0..<report.count, question)
  }

  private func ask(_ request: ReportRequest, _ now: Int64) async -> PartialReport {
    await withTaskGroup(of: PartialReport.self) { group in
      for shard in shards { group.addTask { await shard.report(request, now: now) } }
      var merger = ReportMerger()
      for await report in group { merger.add(disjoint: report) }
      return merger.finish()
    }
  }

  private func encode(
    _ encoder: ReportEncoder, _ report: PartialReport, _ rows: some Collection<Int>,
    _ question: SummaryQuestion
  ) throws -> [UInt8] {
    let bytesMax = min(question.bytesMax ?? reportBytesMax, reportBytesMax)
    let bytes = encoder.encode(report, rows: rows)
    guard bytes.count <= bytesMax else {
      throw RPCError(
        .resourceExhausted,
        "the report of \(rows.count) series takes \(bytes.count) bytes, more than the limit of "
          + "\(bytesMax) bytes; ask for pages (page_size), choose series (names, prefixes, globs), "
          + "or raise \(question.bytesMax == bytesMax ? "bytes_max" : "report-bytes-max")")
    }
    return bytes
  }
}
