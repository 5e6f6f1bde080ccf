// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router
import Shard

/// Answers peers' `Report`: this node's own part of a question, in parts.
///
/// It asks nobody else, and its gate is not the one of clients' questions, which wait for peers: so
/// two nodes that ask each other never wait for one another. A part is encoded when the one before
/// it has been taken.
struct PeerReportService: Sendable {
  let cluster: String
  let shape: WindowShape
  let board: ClusterBoard
  let node: NodeReports
  let now: @Sendable () -> Int64
  /// How parts are compressed, for peers that read it.
  var encoding = Encoding.lz4
  private let gate = ReportGate(reportsMax: 4)

  init(
    cluster: String, shape: WindowShape, board: ClusterBoard, node: NodeReports,
    now: @escaping @Sendable () -> Int64
  ) {
    self.cluster = cluster
    self.shape = shape
    self.board = board
    self.node = node
    self.now = now
  }

  /// The method, as a service takes it.
  var method: ServiceMethod {
    ServiceMethod(
      PeerService.report,
      .streaming { requests, writer, context in
        context.responseEncoding = encoding
        let question = try ReportQuestion(request: await requests.only())
        try await serve(question) { try await writer.write($0) }
      })
  }

  /// One call: returns when its caller has taken all but the last of the answer.
  ///
  /// - Throws: FAILED_PRECONDITION for a question of another cluster or another window,
  ///   INVALID_ARGUMENT for one that cannot be answered.
  func serve(
    _ question: ReportQuestion, _ write: (_ part: [UInt8]) async throws -> Void
  ) async throws {
    let compiled = try compiled(question)
    try await gate.pass {
      var parts = AnswerParts(await answer(question, compiled.selection))
      try compiled.requireMatched()
      while let part = parts.next() { try await write(part) }
    }
  }

  private func answer(
    _ question: ReportQuestion, _ selection: SeriesSelection
  ) async -> PeerAnswer {
    let clock = now()
    // First, so that what has departed by then is held wholly when the windows are read.
    let head = board.current.knowledge.head(clock: clock)
    // A peer whose clock is wrong must not expire what is here, nor have shards believe that
    // their clock was set back: they would forget what they take for future.
    let asOf = min(max(question.asOf, clock), clock + ShardLimits.clockSkewSeconds)
    let isPlain = question.from == 0 && question.to == 0
    let request = ReportRequest(
      selection: selection, windowSeconds: isPlain ? question.windowSeconds : nil,
      from: question.from == 0 ? nil : question.from, to: question.to == 0 ? nil : question.to,
      wantsHistograms: question.wantsHistograms)
    return await node.answer(head, request, asOf: asOf, cut: SectionCut(question))
  }

  private func compiled(_ question: ReportQuestion) throws(RPCError) -> CompiledFilter {
    guard question.cluster == cluster else {
      throw RPCError(
        .failedPrecondition,
        "this node belongs to the cluster \(cluster), and not to \(question.cluster)")
    }
    guard (1...shape.windowSeconds).contains(question.windowSeconds) else {
      throw RPCError(
        .failedPrecondition,
        "the question covers \(question.windowSeconds) s, and this node's window has "
          + "\(shape.windowSeconds) s")
    }
    guard question.pageSize >= 0 else { throw RPCError(.invalidArgument, "page_size is negative") }
    let filter = SeriesFilter(
      names: question.names, prefixes: question.prefixes, globs: question.globs,
      selectors: question.selectors)
    return try filter.compiled()
  }
}
