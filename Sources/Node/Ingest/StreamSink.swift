// SPDX-License-Identifier: Apache-2.0
import RPC

/// One client's stream of points, whatever form they have: takes them in as they come, and is
/// answered once, when it is known what became of all. What is taken and answered is for those that
/// inherit. Confined to its loop.
class StreamSink: IngestSource, BulkSink {
  private enum State {
    case open
    /// No point follows; the answer goes out when it is known what became of those that came.
    case ending(RPCStatus)
    case over
  }

  final let ingest: LoopIngest
  /// Messages so far; the next one has this index.
  private var messages: Int64 = 0
  private var state = State.open {
    didSet { if case .over = state { ingest.closed(self) } }
  }
  private let call: any PointCall

  init(_ call: any PointCall, _ ingest: LoopIngest) {
    self.call = call
    self.ingest = ingest
    super.init()
    if let refusal = ingest.opened(self) { end(refusal) }
  }

  // MARK: For those that inherit

  /// Takes a run of messages, of which the first has this index in the stream.
  ///
  /// - Returns: how many were taken, and what the stream ends with because of the next one.
  func take(
    _ run: RawSpan, _ range: Range<Int>, _ turn: IngestTurn, firstIndex: Int64
  ) -> (messages: Int64, fault: RPCStatus?) {
    preconditionFailure("a stream of nothing")
  }

  /// Answers a stream of which everything is known.
  func answer(_ status: RPCStatus) { preconditionFailure("a stream without an answer") }

  /// With what is known of a stream that failed.
  func withDetails(_ status: RPCStatus) -> RPCStatus { status }

  // MARK: BulkSink

  final func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    guard case .open = state else { return call.returnCredit(windowBytes) }
    let turn = ingest.currentTurn()
    turn.begin(self, index: messages, windowBytes: windowBytes)
    let taken = take(run, range, turn, firstIndex: messages)
    messages += taken.messages
    turn.end(messages: taken.messages)
    if let fault = taken.fault { end(fault) }
  }

  final func receivedEnd() { end(.ok) }

  final func askedToEnd(_ status: RPCStatus) -> Bool {
    end(status)
    return true
  }

  final func failed(_ status: RPCStatus) -> RPCStatus {
    state = .over
    return withDetails(status)
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
    answer(status)
  }
}
