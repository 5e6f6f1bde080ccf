// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices

/// What operators ask of a node.
extension NodeClient {
  /// Asks where names belong, in their order.
  func locate(_ names: [String]) async throws -> LocateReply {
    try await current.unary(
      ClusterService.locate, .with { $0.metrics = names }, options: Self.answerOptions
    ).message
  }

  /// Asks for the accounts of all nodes, or of the one that is asked.
  func clusterStatus(local: Bool) async throws -> ClusterStatus {
    try await current.unary(
      ClusterService.status, .with { $0.local = local }, options: Self.answerOptions
    ).message
  }

  /// Tells the node to hand over and to leave.
  ///
  /// - Parameters:
  ///   - timeout: after that the node gives up and stays.
  ///   - tell: hears how far it is.
  /// - Returns: whether the node said that it is done.
  /// - Throws: `RPCError`: the node stays, or it is not known what it does.
  func drain(timeout: Duration, _ tell: (DrainProgress) -> Void) async throws -> Bool {
    var options = CallOptions()
    options.timeout = timeout + StatusLimits.drainMargin
    let request = DrainRequest.with {
      $0.timeoutMilliseconds = max(1, Int64(timeout / .milliseconds(1)))
    }
    let call = try await current.serverStreaming(
      ClusterService.drain, request, options: options)
    var isDone = false
    do {
      for try await progress in call {
        tell(progress)
        isDone = isDone || progress.done
      }
    } catch let error as RPCError {
      // The node may end before its last words are through.
      guard isDone else { throw error }
    }
    return isDone
  }

  private static var answerOptions: CallOptions {
    var options = CallOptions()
    options.messageBytesMax = reportBytesMax
    options.timeout = answerTimeout
    return options
  }
}
