// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router

/// Serves what peers ask and tell of clients' batches.
struct BatchService: Sendable {
  let cluster: String
  let marks: BatchBoard

  /// The methods, as a service takes them.
  var methods: [ServiceMethod] {
    [
      ServiceMethod(PeerService.batch, .unary { message, _ in try await answer(message.bytes) }),
      ServiceMethod(PeerService.handOverMarks, .unary { message, _ in try adopt(message.bytes) }),
    ]
  }

  /// Answers when no copy of the batch is open here: its rows may be rejected yet.
  ///
  /// - Throws: INVALID_ARGUMENT for what is no question, FAILED_PRECONDITION for another cluster's.
  func answer(_ bytes: [UInt8]) async throws(RPCError) -> [UInt8] {
    guard let question = FenceQuestion(decoding: bytes) else {
      throw RPCError(.invalidArgument, "no question that can be asked of a batch")
    }
    try PeerSide.requireSame(question.cluster, cluster)
    return await marks.answer(question).encoded()
  }

  /// - Throws: INVALID_ARGUMENT for parts that are none, FAILED_PRECONDITION for another cluster's.
  func adopt(_ bytes: [UInt8]) throws(RPCError) -> [UInt8] {
    let part: (cluster: String, marks: [HandedMarks])
    do {
      part = try MarksPartReader.read(bytes)
    } catch {
      throw RPCError(.invalidArgument, "\(error)")
    }
    try PeerSide.requireSame(part.cluster, cluster)
    for marks in part.marks { self.marks.adopt(marks) }
    return MarksReply().encoded()
  }
}
