// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Shard

/// A `telemetry.StreamRequest`, checked.
struct LiveQuestion: Sendable {
  /// Two requests with the same key are answered by one computation.
  struct Key: Sendable, Hashable {
    /// A `telemetry.SummaryRequest`.
    var question: [UInt8]
    var interval: Duration
  }

  let key: Key

  var interval: Duration { key.interval }

  /// - Parameter now: the node's clock, Unix seconds.
  /// - Throws: INVALID_ARGUMENT with the field and what is wrong with it.
  init(_ bytes: [UInt8], _ shape: WindowShape, now: Int64) throws(RPCError) {
    let message: StreamRequest
    do {
      message = try StreamRequest(decoding: bytes)
    } catch {
      throw RPCError(.invalidArgument, "the request is no telemetry.StreamRequest: \(error)")
    }
    let question = message.question ?? SummaryRequest()
    guard question.pageSize == 0, question.pageToken.isEmpty else {
      throw RPCError(.invalidArgument, "a live report has no pages (page_size, page_token)")
    }
    guard question.from == 0, question.to == 0, question.asOf == 0 else {
      throw RPCError(
        .invalidArgument, "a live report ends now (from, to, as_of); window_seconds is its span")
    }
    // Encoded anew, for equal questions to be equal bytes.
    let bytes = question.encoded()
    _ = try SummaryQuestion(bytes, shape, now: now)
    key = Key(question: bytes, interval: try Self.interval(message.intervalMilliseconds))
  }

  private static func interval(_ milliseconds: Int64) throws(RPCError) -> Duration {
    guard milliseconds != 0 else { return LiveLimits.intervalDefault }
    let interval = Duration.milliseconds(milliseconds)
    guard LiveLimits.interval.contains(interval) else {
      throw RPCError(
        .invalidArgument,
        "interval_milliseconds is \(milliseconds); it must be 100 to 3600000, or 0 for 1000")
    }
    return interval
  }
}
