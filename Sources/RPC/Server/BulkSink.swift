// SPDX-License-Identifier: Apache-2.0

/// The consumer of one bulk call. Confined to the loop of the call's connection: every method is
/// called on that thread, one at a time, and must not block.
public protocol BulkSink: AnyObject {
  /// Whole messages, in place: `run[range]` is a sequence of gRPC length-prefixed, uncompressed
  /// messages (walk it with ``MessageFrames``). The bytes live only as long as the call lasts.
  ///
  /// - Parameter windowBytes: flow-control bytes that this run took. The sink gives them back with
  ///   ``BulkCall/returnCredit(_:)`` when it has consumed the messages; until then the client's
  ///   window stays that much smaller.
  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int)

  /// The client has sent all. The sink answers through ``BulkCall/finish(_:trailers:message:)``,
  /// now or later.
  func receivedEnd()

  /// The call has had its time: the sink takes no further message, and ends the call with this
  /// status as soon as it can say what became of those that it has.
  ///
  /// - Returns: false when it knows of no better moment than now; the call then fails at once.
  func askedToEnd(_ status: RPCStatus) -> Bool

  /// The call is over without an answer: the client reset it, its connection died, its deadline
  /// passed, or its bytes were malformed (the status says which, and has been sent if it could be).
  /// A sink may add to the status what it knows (details, a partial answer): what it returns is
  /// sent. No method is called afterwards.
  func failed(_ status: RPCStatus) -> RPCStatus
}

extension BulkSink {
  /// Ends at once.
  public func askedToEnd(_ status: RPCStatus) -> Bool { false }
}
