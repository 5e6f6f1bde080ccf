// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

@Suite("The deframer")
struct MessageDeframerTests {
  @Test("answers with one run for all whole messages of a chunk, then says what it copied")
  func runsInPlace() {
    let chunk = framed([1, 2, 3]) + framed([]) + framed([4]) + [0, 0, 0]
    var deframer = MessageDeframer(encoding: .identity, messageBytesMax: 100)
    var rest = chunk.indices
    let codecs = Codecs()
    let span = chunk.span.bytes
    #expect(deframer.next(in: span, &rest, codecs: codecs) == .run(0..<19))
    #expect(deframer.next(in: span, &rest, codecs: codecs) == .exhausted(copiedBytes: 3))
    #expect(deframer.next(in: span, &rest, codecs: codecs) == .exhausted(copiedBytes: 0))
  }

  @Test("keeps to the range it is given")
  func subrange() {
    let chunk = [9, 9] + framed([1, 2, 3]) + [9, 9]
    var deframer = MessageDeframer(encoding: .identity, messageBytesMax: 100)
    var rest = 2..<10
    let codecs = Codecs()
    #expect(deframer.next(in: chunk.span.bytes, &rest, codecs: codecs) == .run(2..<10))
    #expect(
      deframer.next(in: chunk.span.bytes, &rest, codecs: codecs) == .exhausted(copiedBytes: 0))
  }

  @Test("joins a message cut at any place", arguments: 1..<12)
  func cutAnywhere(place: Int) {
    let stream = framed([1, 2, 3, 4, 5, 6, 7])
    let result = deframe([Array(stream[..<place]), Array(stream[place...])])
    #expect(result.messages == [ReceivedMessage(bytes: [1, 2, 3, 4, 5, 6, 7])])
    #expect(result.error == nil)
    #expect(result.windowBytes == stream.count)
  }

  @Test("counts for a held message only the bytes of the last chunk")
  func heldWindowBytes() {
    let stream = framed([1, 2, 3, 4])
    var deframer = MessageDeframer(encoding: .identity, messageBytesMax: 100)
    let codecs = Codecs()
    let (first, second) = (Array(stream[..<7]), Array(stream[7...]))
    var rest = first.indices
    #expect(
      deframer.next(in: first.span.bytes, &rest, codecs: codecs) == .exhausted(copiedBytes: 7))
    rest = second.indices
    #expect(
      deframer.next(in: second.span.bytes, &rest, codecs: codecs)
        == .held(stream, wasCompressed: false, windowBytes: 2))
  }

  @Test("hands out messages that are exactly as long as the limit, and refuses one byte more")
  func limit() {
    #expect(deframe([framed([1, 2, 3])], messageBytesMax: 3).messages.count == 1)
    #expect(
      deframe([framed([1]) + framed([1, 2, 3, 4])], messageBytesMax: 3)
        == Deframed(
          messages: [ReceivedMessage(bytes: [1])],
          error: .messageTooLarge(bytes: 4, bytesMax: 3), windowBytes: 15))
  }

  @Test("refuses a large declared length as soon as the prefix is there", arguments: 1...5)
  func hugeDeclaration(firstChunk: Int) {
    let stream = framed([], declaring: 0xFFFF_FFFF)
    let result = deframe([Array(stream[..<firstChunk]), Array(stream[firstChunk...])])
    #expect(result.error == .messageTooLarge(bytes: 0xFFFF_FFFF, bytesMax: 1 << 20))
  }

  @Test("refuses a flag other than 0 and 1", arguments: [2, 128, 255] as [UInt8], [true, false])
  func badFlag(flag: UInt8, isCut: Bool) {
    let stream = framed([1, 2], flag: flag)
    let result = deframe(isCut ? [Array(stream[..<3]), Array(stream[3...])] : [stream])
    #expect(result.error == .flagInvalid(flag))
  }

  @Test("refuses a compressed message when no compression was announced")
  func compressedWithoutEncoding() {
    #expect(deframe([framed([1, 2], flag: 1)]).error == .compressedWithoutEncoding)
  }

  @Test("names the bytes that are missing when the stream ends", arguments: 1..<8)
  func truncated(length: Int) {
    let stream = Array(framed([1, 2, 3])[..<length])
    let missing = length < 5 ? 5 - length : 8 - length
    #expect(deframe([stream]).error == .truncated(bytesMissing: missing))
  }

  @Test("keeps compressed messages as they are for a consumer that lets them wait")
  func keepsCompressed() throws {
    let message = Array(repeating: UInt8(7), count: 1_000)
    let body = compressed(message, .gzip)
    let chunk = framed(body, flag: 1)
    var deframer = MessageDeframer(encoding: .gzip, messageBytesMax: 1_000, compressed: .kept)
    var rest = chunk.indices
    let codecs = Codecs()
    #expect(
      deframer.next(in: chunk.span.bytes, &rest, codecs: codecs)
        == .compressed(body, windowBytes: chunk.count))
    let opened = try codecs.open(body, .gzip, bytesMax: 1_000)
    #expect(opened == ReceivedMessage(bytes: message, wasCompressed: true))
    #expect(throws: DeframingError.decompressedTooLarge(.gzip, bytesMax: 999)) {
      try codecs.open(body, .gzip, bytesMax: 999)
    }
  }

  @Test("leaves to the caller what it took of a chunk before the error", arguments: 0..<10)
  func accountsAfterError(cutAt: Int) {
    let stream = framed([1, 2, 3, 4, 5, 6, 7, 8], flag: 1)
    var deframer = MessageDeframer(encoding: .gzip, messageBytesMax: 100)
    let codecs = Codecs()
    let (first, second) = (Array(stream[..<cutAt]), Array(stream[cutAt...]))
    var rest = first.indices
    #expect(
      deframer.next(in: first.span.bytes, &rest, codecs: codecs) == .exhausted(copiedBytes: cutAt))
    rest = second.indices
    _ = deframer.next(in: second.span.bytes, &rest, codecs: codecs)
    #expect(rest == second.indices)
  }

  @Test("stays failed")
  func staysFailed() {
    var deframer = MessageDeframer(encoding: .identity, messageBytesMax: 10)
    let bad = framed([], flag: 7)
    let good = framed([1])
    let codecs = Codecs()
    var rest = bad.indices
    let first = deframer.next(in: bad.span.bytes, &rest, codecs: codecs)
    rest = good.indices
    #expect(first == .failed(.flagInvalid(7)))
    #expect(deframer.next(in: good.span.bytes, &rest, codecs: codecs) == first)
    #expect(deframer.finish() == .flagInvalid(7))
  }

  @Test("is small")
  func size() {
    #expect(MemoryLayout<MessageDeframer>.size <= 64)
  }

  @Test("large messages are joined in the memory of those before, and nothing of them is left")
  func joined() {
    let lengths = [40_000, 20_000, 70_000, 16_000, 50_000]
    let messages = lengths.indices.map { index in
      [UInt8](repeating: UInt8(index), count: lengths[index])
    }
    var bytes: [UInt8] = []
    for message in messages {
      bytes.append(0)
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) }
      bytes += message
    }
    for size in [999, 16_384, 65_536] {
      let chunks = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      let result = deframe(chunks)
      #expect(result.error == nil && result.windowBytes == bytes.count)
      #expect(result.messages.map(\.bytes) == messages)
    }
  }
}
