// SPDX-License-Identifier: Apache-2.0
import RPC
import Synchronization

/// A service of every call kind, small enough to see what a test does with it.
enum EchoService {
  static let service = Service(
    name: "test.Echo",
    methods: [
      "Unary": .unary { message, context in
        context.initialMetadata = context.metadata
        context.trailers.append("seen-bin", bytes: [1, 2, 3])
        return message.bytes
      },
      "Fail": .unary { message, _ in
        throw RPCError(
          RPCStatus(.failedPrecondition, "näh\n\(message.bytes.count)", details: [9, 8]))
      },
      "Crash": .unary { _, _ in throw Odd.error },
      "Sleep": .unary { _, _ in
        await untilCancelled()
        throw CancellationError()
      },
      "Stream": .streaming { messages, writer, _ in
        for try await message in messages { try await writer.write(message.bytes) }
      },
      "Count": .bulk { CountingSink($0) },
    ])

  enum Odd: Error { case error }
}

/// Counts messages and bytes, and answers with both.
final class CountingSink: BulkSink {
  private let call: BulkCall
  private var messages = 0
  private var bytes = 0

  init(_ call: BulkCall) { self.call = call }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    var frames = MessageFrames(range)
    while let body = frames.next(in: run) {
      messages += 1
      bytes += body.count
    }
    call.returnCredit(windowBytes)
  }

  func receivedEnd() { call.finish(.ok, message: Array("\(messages) \(bytes)".utf8)) }

  func failed(_ status: RPCStatus) -> RPCStatus {
    RPCStatus(status.code, status.message, details: Array("\(messages)".utf8))
  }
}
