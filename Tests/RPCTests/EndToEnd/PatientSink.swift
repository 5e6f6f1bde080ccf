// SPDX-License-Identifier: Apache-2.0
import RPC

/// Counts messages. Asked to end, it takes its time: until the test says so.
final class PatientSink: BulkSink, @unchecked Sendable {
  // Sendable: touched on its call's loop only; the test's word is carried back there.

  private let call: BulkCall
  private let asked: Signal<@Sendable () -> Void>
  private var messages: UInt8 = 0

  init(_ call: BulkCall, asked: Signal<@Sendable () -> Void>) {
    self.call = call
    self.asked = asked
  }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    var frames = MessageFrames(range)
    while frames.next(in: run) != nil { messages += 1 }
    call.returnCredit(windowBytes)
  }

  func receivedEnd() { call.finish(.ok, message: [messages]) }

  func askedToEnd(_ status: RPCStatus) -> Bool {
    asked.give { [self] in
      call.loop.execute { [self] in
        call.finish(RPCStatus(status.code, status.message, details: [messages]))
      }
    }
    return true
  }

  func failed(_ status: RPCStatus) -> RPCStatus { status }
}
