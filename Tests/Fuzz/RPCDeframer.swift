// SPDX-License-Identifier: Apache-2.0

/// Feeds one stream to two deframers, whole, and cut into pieces with compressed messages kept; and
/// expects the same of both.
///
/// Input: one byte for encoding (low two bits) and message limit (the rest, times 16), one byte
/// for the pieces' length, then the stream.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDeframer(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: size))
  guard input.count >= 2 else { return 0 }
  let encoding = Encoding.allCases[Int(input[0] & 3)]
  let limit = Int(input[0] >> 2) * 16
  let stream = Array(input[2...])
  let whole = outcome([stream], encoding, limit)
  let cut = outcome(pieces(stream, length: max(1, Int(input[1]))), encoding, limit, .kept)
  precondition(whole.messages == cut.messages, "cutting changes the messages")
  precondition(whole.error == cut.error, "cutting changes the error")
  for message in whole.messages { precondition(message.count <= limit, "limit exceeded") }
  if whole.error == nil {
    precondition(whole.windowBytes == stream.count, "bytes unaccounted for")
    precondition(cut.windowBytes == stream.count, "bytes unaccounted for")
  }
  return 0
}

private struct Outcome {
  var messages: [[UInt8]] = []
  var error: DeframingError?
  var windowBytes = 0
}

nonisolated(unsafe) private let codecs = Codecs()

private func pieces(_ stream: [UInt8], length: Int) -> [[UInt8]] {
  stride(from: 0, to: stream.count, by: length).map {
    Array(stream[$0..<min($0 + length, stream.count)])
  }
}

private func outcome(
  _ chunks: [[UInt8]], _ encoding: Encoding, _ limit: Int,
  _ compressed: MessageDeframer.Compressed = .opened
) -> Outcome {
  var deframer = MessageDeframer(
    encoding: encoding, messageBytesMax: limit, compressed: compressed)
  var outcome = Outcome()
  for chunk in chunks {
    var rest = chunk.indices
    var isExhausted = false
    while !isExhausted {
      switch deframer.next(in: chunk.span.bytes, &rest, codecs: codecs) {
      case .run(let range):
        outcome.windowBytes += range.count
        walk(chunk.span.bytes, range, &outcome)
      case .held(let run, _, let windowBytes):
        outcome.windowBytes += windowBytes
        walk(run.span.bytes, run.indices, &outcome)
      case .compressed(let message, let windowBytes):
        outcome.windowBytes += windowBytes
        do {
          outcome.messages.append(try codecs.open(message, encoding, bytesMax: limit).bytes)
        } catch {
          outcome.error = error
          return outcome
        }
      case .exhausted(let copiedBytes):
        outcome.windowBytes += copiedBytes
        isExhausted = true
      case .failed(let error):
        outcome.error = error
        precondition(rest.lowerBound <= chunk.count && rest.upperBound == chunk.count, "lost bytes")
        return outcome
      }
    }
  }
  outcome.error = deframer.finish()
  return outcome
}

private func walk(_ run: RawSpan, _ range: Range<Int>, _ outcome: inout Outcome) {
  var frames = MessageFrames(range)
  while let body = frames.next(in: run) {
    precondition(body.upperBound <= range.upperBound, "a run ends inside a message")
    outcome.messages.append(
      ReceivedMessage(copying: run, body, wasCompressed: false).bytes)
  }
}
