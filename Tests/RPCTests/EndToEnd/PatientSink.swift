// SPDX-License-Identifier: Apache-2.0
import RPC

/// Counts messages. Asked to end, it does so later than at once, with what it has counted.
final class PatientSink: BulkSink {
  private let call: BulkCall
  private var messages: UInt8 = 0

  init(_ call: BulkCall) { self.call = call }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    var frames = MessageFrames(range)
    while frames.next(in: run) != nil { messages += 1 }
    call.returnCredit(windowBytes)
  }

  func receivedEnd() { call.finish(.ok, message: [messages]) }

  func askedToEnd(_ status: RPCStatus) -> Bool {
    // By the loop alone, which is never long about it: a call that takes seconds is cut off.
    nonisolated(unsafe) let sink = self
    call.loop.execute {
      unsafe sink.call.finish(RPCStatus(status.code, status.message, details: [sink.messages]))
    }
    return true
  }

  func failed(_ status: RPCStatus) -> RPCStatus { status }
}
