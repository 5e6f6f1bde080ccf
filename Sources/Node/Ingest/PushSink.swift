// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Shard

/// One client's stream of points: counts what becomes of them and answers with an Ack once it
/// is known of every one. Confined to its loop.
final class PushSink: IngestSource, BulkSink {
  private enum State {
    case open
    /// No point follows; the answer goes out when it is known what became of those that came.
    case ending(RPCStatus)
    case over
  }

  /// Messages so far; the next one has this index.
  private var messages: Int64 = 0
  private var state = State.open {
    didSet { if case .over = state { ingest.closed(self) } }
  }
  private let call: any PointCall
  private let ingest: LoopIngest

  init(_ call: any PointCall, _ ingest: LoopIngest) {
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
    let taken = unsafe ingest.take(run, range, turn, into: &tally, firstIndex: messages)
    messages += taken.messages
    turn.end(messages: taken.messages)
    if let error = taken.error {
      end(RPCStatus(.invalidArgument, "message \(messages) is no telemetry.Point: \(error)"))
    }
  }

  func receivedEnd() { end(.ok) }

  func askedToEnd(_ status: RPCStatus) -> Bool {
    end(status)
    return true
  }

  func failed(_ status: RPCStatus) -> RPCStatus {
    state = .over
    return withPartialAck(status)
  }

  // MARK: -

  override func done(_ turn: IngestTurn, windowBytes: Int) {
    super.done(turn, windowBytes: windowBytes)
    call.returnCredit(windowBytes)
    answerIfDone()
  }

  private func end(_ status: RPCStatus) {
    guard case .open = state else { return }
    state = .ending(status)
    answerIfDone()
  }

  private func answerIfDone() {
    guard turnsOpen == 0, case .ending(let status) = state else { return }
    state = .over
    if status.code == .ok {
      unsafe call.finish(.ok, message: ingest.ack(tally).encoded())
    } else {
      call.finish(withPartialAck(status), message: nil)
    }
  }

  private func withPartialAck(_ status: RPCStatus) -> RPCStatus {
    var status = status
    status.details = unsafe StatusDetails.encode(status, ingest.ack(tally))
    return status
  }
}
