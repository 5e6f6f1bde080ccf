// SPDX-License-Identifier: Apache-2.0
import Protobuf
import RPC
import RPCServices
import Router
import Shard

/// Answers `StreamMetrics`.
struct LiveService: Sendable {
  let hub: LiveHub
  let shape: WindowShape
  let now: @Sendable () -> Int64

  /// Reports that are made as those of `Summary` are.
  init(_ summary: SummaryService) {
    shape = summary.shape
    now = summary.now
    hub = LiveHub(bytesMax: summary.reportBytesMax) { try await summary.live($0) }
  }

  /// One call: ends when its reader goes, or when there is nothing more to tell it.
  func serve(
    _ requests: RequestStream, _ writer: ResponseWriter, _ context: ServerContext
  ) async throws {
    let question = try LiveQuestion(try await requests.only().bytes, shape, now: now())
    let topic = try hub.join(question)
    defer { hub.leave(question, topic) }
    var seen: UInt64 = 0
    while true {
      let update = try await topic.next(after: seen)
      // As long as it takes: a slow reader is told in one what it has missed.
      try await writer.write(framed: update.framed)
      seen = update.revision
    }
  }
}

extension SummaryService {
  /// One report for a ``LiveHub``.
  ///
  /// - Throws: RESOURCE_EXHAUSTED and UNAVAILABLE as ``answer(_:deadline:)`` does.
  func live(_ live: LiveQuestion) async throws -> LivePart {
    try await gate.pass {
      let now = now()
      let question = try SummaryQuestion(live.key.question, shape, now: now)
      let gathered = try await gather(question, now, nil)
      let answer = question.answer(of: gathered.report)
      let report = answer.rows.map(answer.report.selecting) ?? answer.report
      let encoder = encoder(question, now: now, gathered.coverage)
      let entries = encoder.encodeSeries(report, field: LiveRows.field)
      try require(bytes: entries.count, of: report.count, question)
      return LivePart(rows: LiveRows(entries: entries), head: encoder.encodeHead())
    }
  }
}
