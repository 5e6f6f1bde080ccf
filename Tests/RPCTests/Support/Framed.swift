// SPDX-License-Identifier: Apache-2.0
@testable import RPC

/// A length-prefixed message, written the slow and obvious way.
func framed(_ message: [UInt8], flag: UInt8 = 0, declaring length: Int? = nil) -> [UInt8] {
  let length = length ?? message.count
  return [flag] + [24, 16, 8, 0].map { UInt8(length >> $0 & 255) } + message
}

/// One message compressed by the codec itself, without a prefix.
func compressed(_ message: [UInt8], _ encoding: Encoding) -> [UInt8] {
  var output: [UInt8] = []
  Codecs().compress(message, encoding, to: &output)
  return output
}

/// The encodings that compress.
let compressions = Encoding.allCases.filter { $0 != .identity }

/// All that came out of a deframer, and what it said about flow control.
struct Deframed: Equatable {
  var messages: [ReceivedMessage] = []
  var error: DeframingError?
  /// Bytes that runs, messages and copies took, and what an error left, in all.
  var windowBytes = 0
}

/// Feeds chunks to a deframer until it fails or they end, then ends the stream.
func deframe(
  _ chunks: [[UInt8]], encoding: Encoding = .identity, messageBytesMax: Int = 1 << 20,
  compressed: MessageDeframer.Compressed = .opened
) -> Deframed {
  let codecs = Codecs()
  var deframer = MessageDeframer(
    encoding: encoding, messageBytesMax: messageBytesMax, compressed: compressed)
  var result = Deframed()
  for chunk in chunks {
    feed(chunk, to: &deframer, codecs, &result) { message in
      try codecs.open(message, encoding, bytesMax: messageBytesMax)
    }
    if result.error != nil { return result }
  }
  result.error = deframer.finish()
  return result
}

private func feed(
  _ chunk: [UInt8], to deframer: inout MessageDeframer, _ codecs: Codecs, _ result: inout Deframed,
  open: ([UInt8]) throws -> ReceivedMessage
) {
  let span = chunk.span.bytes
  var rest = chunk.indices
  while true {
    switch deframer.next(in: span, &rest, codecs: codecs) {
    case .run(let range):
      result.windowBytes += range.count
      result.messages += messages(in: span, range, wasCompressed: false)
    case .held(let run, let wasCompressed, let windowBytes):
      result.windowBytes += windowBytes
      result.messages += messages(
        in: run.span.bytes, run.indices, wasCompressed: wasCompressed)
      if !wasCompressed { codecs.giveBackRoom(run) }
    case .compressed(let message, let windowBytes):
      result.windowBytes += windowBytes
      do {
        result.messages.append(try open(message))
      } catch {
        result.error = error as? DeframingError
        result.windowBytes += rest.count
        return
      }
    case .exhausted(let copiedBytes):
      result.windowBytes += copiedBytes
      return
    case .failed(let error):
      result.error = error
      result.windowBytes += rest.count
      return
    }
  }
}

private func messages(
  in run: RawSpan, _ range: Range<Int>, wasCompressed: Bool
) -> [ReceivedMessage] {
  var frames = MessageFrames(range)
  var messages: [ReceivedMessage] = []
  while let body = frames.next(in: run) {
    messages.append(ReceivedMessage(copying: run, body, wasCompressed: wasCompressed))
  }
  return messages
}
