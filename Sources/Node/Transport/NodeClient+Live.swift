// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices

extension NodeClient {
  /// Asks for a report every interval.
  ///
  /// - Throws: `RPCError` when there is no connection.
  func live(_ filter: SummaryFilter, every interval: Duration) async throws -> LiveSummaries {
    var options = CallOptions()
    options.messageBytesMax = Self.reportBytesMax
    let request = StreamRequest.with {
      $0.question = filter.request
      $0.intervalMilliseconds = Int64(interval / .milliseconds(1))
    }
    return LiveSummaries(
      call: try await current.serverStreaming(
        TelemetryService.streamMetrics, request, options: options
      ).call)
  }
}

/// A live report under way.
struct LiveSummaries {
  private let call: ClientCall
  private var table = LiveTable()

  fileprivate init(call: ClientCall) { self.call = call }

  /// The next report, whole.
  ///
  /// - Throws: `RPCError` as the node ended it, ``CommandFailure`` when it did without a reason or
  ///   does not know live reports.
  mutating func next() async throws -> Summary {
    do {
      guard let message = try await call.next() else {
        throw CommandFailure("the node ended the live report")
      }
      try table.apply(message.bytes)
      return table.summary
    } catch let error as RPCError where error.status.code == .unimplemented {
      throw CommandFailure(
        "the node has no live reports: it is older than this program, or no tributary node")
    }
  }
}
