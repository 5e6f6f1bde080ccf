// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Shard

/// One client's stream of points: counts what becomes of them and answers with an Ack once it
/// is known of every one. Confined to its loop.
final class PushSink: StreamSink {
  private let call: any PointCall

  override init(_ call: any PointCall, _ ingest: LoopIngest) {
    self.call = call
    super.init(call, ingest)
  }

  override func take(
    _ run: RawSpan, _ range: Range<Int>, _ turn: IngestTurn, firstIndex: Int64
  ) -> (messages: Int64, fault: RPCStatus?) {
    let taken = unsafe ingest.take(run, range, turn, into: &tally, firstIndex: firstIndex)
    let fault = taken.error.map { error in
      let index = firstIndex + taken.messages
      return RPCStatus(.invalidArgument, "message \(index) is no telemetry.Point: \(error)")
    }
    return (taken.messages, fault)
  }

  override func answer(_ status: RPCStatus) {
    if status.code == .ok {
      unsafe call.finish(.ok, message: ingest.ack(tally).encoded())
    } else {
      call.finish(withDetails(status), message: nil)
    }
  }

  /// With the Ack so far.
  override func withDetails(_ status: RPCStatus) -> RPCStatus {
    var status = status
    status.details = unsafe StatusDetails.encode(status, ingest.ack(tally))
    return status
  }
}
