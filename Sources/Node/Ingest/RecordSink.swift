// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Shard

/// What a ``RecordSink`` needs of its call. Confined to the call's loop.
protocol RecordCall: PointCall {
  /// Ends the call, with a message if it succeeded.
  func finish(_ status: RPCStatus, trailers: Metadata, message: [UInt8]?)
}

extension BulkCall: RecordCall {}

/// One client's stream of metrics: answers with what it brought, once it is known of every metric
/// whether it stays. Confined to its loop.
final class RecordSink: StreamSink {
  /// Where a metric's labels are taken apart; used again for the next.
  var scratch: [UInt8] = []
  private var table = MetricTable()
  private var backlog = MetricBacklog()
  private let call: any RecordCall

  init(_ call: any RecordCall, _ ingest: LoopIngest) {
    self.call = call
    super.init(call, ingest)
  }

  override func take(
    _ run: RawSpan, _ range: Range<Int>, _ turn: IngestTurn, firstIndex: Int64
  ) -> (messages: Int64, fault: RPCStatus?) {
    let taken = ingest.takeMetrics(run, range, turn, for: self, firstIndex: firstIndex)
    let index = firstIndex + taken.messages
    switch taken.fault {
    case .malformed(let error):
      let text = "message \(index) is no metrics.v1.Metric: \(error)"
      return (taken.messages, RPCStatus(.invalidArgument, text))
    case .tooManyNames:
      let status = RPCStatus(
        .resourceExhausted,
        "message \(index) brings one name more than the \(RecordLimits.namesMax), or "
          + "\(RecordLimits.nameBytesMax) bytes of names, that a stream is summed up by; use "
          + "several streams, or telemetry.TelemetryService/PushPoints")
      return (taken.messages, status)
    case nil: return (taken.messages, nil)
    }
  }

  // MARK: What becomes of metrics

  /// A metric may come in; false: it has a name too many.
  ///
  /// - Parameter hash: of the name.
  func place(
    _ point: PointView, _ hash: UInt64, _ run: RawSpan, time: Int64, _ index: Int64,
    _ turn: IngestTurn
  ) -> Bool {
    guard let row = table.row(hash, run, point.name) else { return false }
    unsafe tally.accept(1)
    backlog.append(
      ObjectIdentifier(turn), index: index, row: row, value: point.value, time: time)
    return true
  }

  override func retract(_ reason: Shard.RejectReason, index: Int64) {
    super.retract(reason, index: index)
    backlog.reject(index: index)
  }

  override func done(_ turn: IngestTurn, windowBytes: Int) {
    backlog.settle(ObjectIdentifier(turn), into: &table)
    super.done(turn, windowBytes: windowBytes)
  }

  // MARK: -

  override func answer(_ status: RPCStatus) {
    let isDone = status.code == .ok
    call.finish(
      isDone ? status : withDetails(status), trailers: trailers,
      message: isDone ? table.encoded() : nil)
  }

  /// Metrics rejected, and why: the summary has no place for them.
  private var trailers: Metadata {
    var trailers = Metadata()
    let ack = unsafe ingest.ack(tally)
    guard ack.pointsRejected > 0 else { return trailers }
    trailers.append("tributary-points-rejected", "\(ack.pointsRejected)")
    for rejection in ack.rejections {
      let name = rejection.reason.name ?? "\(rejection.reason.rawValue)"
      let reason = name.hasPrefix("REJECT_REASON_") ? name.dropFirst(14) : name[...]
      trailers.append(
        "tributary-rejection",
        "reason=\(reason) count=\(rejection.count) first_index=\(rejection.firstIndex)")
    }
    return trailers
  }

  /// With the summary so far.
  override func withDetails(_ status: RPCStatus) -> RPCStatus {
    var summary = table.encoded()
    if summary.count > RecordLimits.detailsBytesMax {
      summary = table.encoded(withStatistics: false)
    }
    var status = status
    status.details = StatusDetails.encode(status, MetricsSummary.fullName, summary)
    return status
  }
}
