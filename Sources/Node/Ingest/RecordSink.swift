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
final class RecordSink: IngestSource, BulkSink {
  private enum State {
    case open
    /// No metric follows; the answer goes out when it is known what became of those that came.
    case ending(RPCStatus)
    case over
  }

  /// Where a metric's labels are taken apart; used again for the next.
  var scratch: [UInt8] = []
  private var table = MetricTable()
  private var backlog = MetricBacklog()
  /// Messages so far; the next one has this index.
  private var messages: Int64 = 0
  private var state = State.open {
    didSet { if case .over = state { ingest.closed(self) } }
  }
  private let call: any RecordCall
  private let ingest: LoopIngest

  init(_ call: any RecordCall, _ ingest: LoopIngest) {
    self.call = call
    self.ingest = ingest
    super.init()
    if let refusal = ingest.opened(self) { end(refusal) }
  }

  // MARK: BulkSink

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    guard case .open = state else { return call.returnCredit(windowBytes) }
    let turn = ingest.currentTurn()
    turn.begin(self, index: messages, windowBytes: windowBytes)
    let taken = ingest.takeMetrics(run, range, turn, for: self, firstIndex: messages)
    messages += taken.messages
    turn.end(messages: taken.messages)
    switch taken.fault {
    case .malformed(let error):
      end(RPCStatus(.invalidArgument, "message \(messages) is no metrics.v1.Metric: \(error)"))
    case .tooManyNames:
      end(
        RPCStatus(
          .resourceExhausted,
          "message \(messages) brings one name more than the \(RecordLimits.namesMax), or "
            + "\(RecordLimits.nameBytesMax) bytes of names, that a stream is summed up by; use "
            + "several streams, or telemetry.TelemetryService/PushPoints"))
    case nil: break
    }
  }

  func receivedEnd() { end(.ok) }

  func askedToEnd(_ status: RPCStatus) -> Bool {
    end(status)
    return true
  }

  func failed(_ status: RPCStatus) -> RPCStatus {
    state = .over
    return withDetails(status)
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
    backlog.append(turn, index: index, row: row, value: point.value, time: time)
    return true
  }

  override func retract(_ reason: Shard.RejectReason, index: Int64) {
    super.retract(reason, index: index)
    backlog.reject(index: index)
  }

  override func done(_ turn: IngestTurn, windowBytes: Int) {
    super.done(turn, windowBytes: windowBytes)
    backlog.settle(turn, into: &table)
    call.returnCredit(windowBytes)
    answerIfDone()
  }

  // MARK: -

  private func end(_ status: RPCStatus) {
    guard case .open = state else { return }
    state = .ending(status)
    answerIfDone()
  }

  private func answerIfDone() {
    guard turnsOpen == 0, case .ending(let status) = state else { return }
    state = .over
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
  private func withDetails(_ status: RPCStatus) -> RPCStatus {
    var summary = table.encoded()
    if summary.count > RecordLimits.detailsBytesMax {
      summary = table.encoded(withStatistics: false)
    }
    var status = status
    status.details = StatusDetails.encode(status, MetricsSummary.fullName, summary)
    return status
  }
}
