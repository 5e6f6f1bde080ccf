// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import RPC

/// Reads a whole stream at once, without a thought for speed.
private func twin(_ stream: [UInt8], _ encoding: Encoding, messageBytesMax: Int) -> Deframed {
  var result = Deframed()
  var rest = stream[...]
  while !rest.isEmpty {
    guard rest.count >= 5 else {
      result.error = .truncated(bytesMissing: 5 - rest.count)
      return result
    }
    let flag = rest.removeFirst()
    let length = rest.prefix(4).reduce(0) { $0 * 256 + Int($1) }
    rest = rest.dropFirst(4)
    if flag > 1 { result.error = .flagInvalid(flag) }
    if flag == 1 && encoding == .identity { result.error = .compressedWithoutEncoding }
    if result.error == nil && length > messageBytesMax {
      result.error = .messageTooLarge(bytes: length, bytesMax: messageBytesMax)
    }
    if result.error == nil && rest.count < length {
      result.error = .truncated(bytesMissing: length - rest.count)
    }
    if result.error != nil { return result }
    let body = Array(rest.prefix(length))
    rest = rest.dropFirst(length)
    guard flag == 1 else {
      result.messages.append(ReceivedMessage(bytes: body))
      continue
    }
    let codec = Codecs().openFramed(
      body.span.bytes, body.indices, encoding, bytesMax: messageBytesMax)
    switch codec {
    case .success(let run):
      result.messages.append(ReceivedMessage(bytes: Array(run[5...]), wasCompressed: true))
    case .failure(let error):
      result.error = error
      return result
    }
  }
  return result
}

@Suite("The deframer and its twin")
struct MessageDeframerTwinTests {
  @Test("agree on well-formed streams cut at random", arguments: Encoding.allCases, 0..<40)
  func wellFormed(encoding: Encoding, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let stream = randomStream(encoding, &random)
    compare(stream, cut(stream, &random), encoding)
  }

  @Test("agree on damaged streams cut at random", arguments: Encoding.allCases, 0..<80)
  func damaged(encoding: Encoding, seed: UInt64) {
    var random = SplitMix64(seed: seed &+ 1_000)
    var stream = randomStream(encoding, &random)
    for _ in 0..<Int.random(in: 1...4, using: &random) where !stream.isEmpty {
      let place = Int.random(in: stream.indices, using: &random)
      stream[place] = UInt8.random(in: 0...255, using: &random)
    }
    stream.removeLast(Int.random(in: 0...stream.count / 4, using: &random))
    compare(stream, cut(stream, &random), encoding)
  }

  private func compare(_ stream: [UInt8], _ chunks: [[UInt8]], _ encoding: Encoding) {
    let expected = twin(stream, encoding, messageBytesMax: 5_000)
    for compressed in [MessageDeframer.Compressed.opened, .kept] {
      let found = deframe(
        chunks, encoding: encoding, messageBytesMax: 5_000, compressed: compressed)
      #expect(found.messages == expected.messages)
      #expect(found.error == expected.error)
      // An error accounts for its chunk whole, and later chunks are not fed.
      let ends = chunks.reduce(into: [0]) { ends, chunk in ends.append(ends.last! + chunk.count) }
      #expect(ends.contains(found.windowBytes))
      #expect(found.error != nil || found.windowBytes == stream.count)
    }
  }

  private func randomStream(_ encoding: Encoding, _ random: inout SplitMix64) -> [UInt8] {
    var stream: [UInt8] = []
    for _ in 0..<Int.random(in: 1...40, using: &random) {
      let isLarge = Int.random(in: 0..<10, using: &random) == 0
      let message = random.text(Int.random(in: 0...(isLarge ? 5_000 : 60), using: &random))
      if encoding != .identity && Bool.random(using: &random) {
        stream += framed(compressed(message, encoding), flag: 1)
      } else {
        stream += framed(message)
      }
    }
    return stream
  }

  private func cut(_ stream: [UInt8], _ random: inout SplitMix64) -> [[UInt8]] {
    let longest = [1, 7, 64, 4_096].randomElement(using: &random) ?? 1
    var chunks: [[UInt8]] = []
    var rest = stream[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(Int.random(in: 0...longest, using: &random))
      chunks.append(Array(chunk))
      rest = rest.dropFirst(chunk.count)
    }
    return chunks
  }
}
