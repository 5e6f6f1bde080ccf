// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import RPC

/// Decompresses with contexts that earlier messages may have left in any state.
private func open(
  _ input: [UInt8], _ encoding: Encoding, bytesMax: Int = 1 << 20, codecs: Codecs = Codecs()
) -> Result<[UInt8], DeframingError> {
  codecs.openFramed(input.span.bytes, input.indices, encoding, bytesMax: bytesMax)
    .map { Array($0[5...]) }
}

private func tooLarge(_ encoding: Encoding, _ bytesMax: Int) -> Result<[UInt8], DeframingError> {
  .failure(.decompressedTooLarge(encoding, bytesMax: bytesMax))
}

@Suite("A codec")
struct CodecTests {
  @Test("gives back what it was given", arguments: compressions, [0, 1, 100, 65_536, 150_000])
  func roundTrip(encoding: Encoding, length: Int) {
    var random = SplitMix64(seed: UInt64(length))
    for message in [random.text(length), random.bytes(length)] {
      #expect(open(compressed(message, encoding), encoding) == .success(message))
    }
  }

  @Test("hands out a run: a prefix with flag 0 and the length", arguments: compressions)
  func run(encoding: Encoding) {
    let input = compressed([1, 2, 3], encoding)
    let run = Codecs().openFramed(input.span.bytes, input.indices, encoding, bytesMax: 3)
    #expect(run == .success(framed([1, 2, 3])))
  }

  @Test("stops a bomb at the limit, however much would follow", arguments: compressions)
  func bomb(encoding: Encoding) {
    let bomb = compressed(Array(repeating: 0, count: 16 << 20), encoding)
    #expect(bomb.count < 1 << 17)
    #expect(open(bomb, encoding, bytesMax: 1 << 20) == tooLarge(encoding, 1 << 20))
  }

  @Test("draws the line at exactly the limit", arguments: compressions, [1, 100, 65_536, 200_000])
  func exactLimit(encoding: Encoding, length: Int) {
    let message = Array(repeating: UInt8(7), count: length)
    let input = compressed(message, encoding)
    #expect(open(input, encoding, bytesMax: length) == .success(message))
    #expect(open(input, encoding, bytesMax: length - 1) == tooLarge(encoding, length - 1))
    #expect(open(input, encoding, bytesMax: 0) == tooLarge(encoding, 0))
  }

  @Test("reads members or frames that follow one another", arguments: compressions)
  func concatenated(encoding: Encoding) {
    let input = compressed([1, 2], encoding) + compressed([], encoding) + compressed([3], encoding)
    #expect(open(input, encoding) == .success([1, 2, 3]))
    #expect(open(input, encoding, bytesMax: 2) == tooLarge(encoding, 2))
  }

  @Test("refuses garbage, also after a good end", arguments: compressions)
  func garbage(encoding: Encoding) {
    let garbage: [UInt8] = [0xDE, 0xAD, 0xBE, 0xEF, 0xDE, 0xAD, 0xBE, 0xEF]
    for input in [garbage, compressed([1, 2], encoding) + garbage] {
      guard case .failure(.corrupt(_, let reason)) = open(input, encoding) else {
        Issue.record("garbage was accepted")
        continue
      }
      #expect(!reason.isEmpty)
    }
  }

  @Test("refuses a message that ends too early, at any place", arguments: compressions)
  func truncated(encoding: Encoding) {
    let codecs = Codecs()
    let input = compressed(Array(0..<100), encoding)
    for length in 0..<input.count {
      let result = open(Array(input[..<length]), encoding, codecs: codecs)
      #expect(result == .failure(.corrupt(encoding, "it ends too early")), "first \(length) bytes")
    }
  }

  @Test("works on after an error with the same contexts", arguments: compressions)
  func recovers(encoding: Encoding) {
    let codecs = Codecs()
    let good = compressed([1, 2, 3], encoding)
    for bad in [[], [1, 2, 3, 4, 5, 6, 7, 8], Array(good[..<8]), good + [9]] as [[UInt8]] {
      guard case .failure = open(bad, encoding, codecs: codecs) else {
        Issue.record("\(bad) was accepted")
        continue
      }
      #expect(open(good, encoding, codecs: codecs) == .success([1, 2, 3]))
    }
    #expect(open(good, encoding, bytesMax: 1, codecs: codecs) == tooLarge(encoding, 1))
    #expect(open(good, encoding, codecs: codecs) == .success([1, 2, 3]))
  }

  @Test("does not touch a message it handed out when the next one comes", arguments: compressions)
  func outputStays(encoding: Encoding) {
    let codecs = Codecs()
    let first = open(compressed([1, 2, 3], encoding), encoding, codecs: codecs)
    let second = open(compressed([4, 5, 6], encoding), encoding, codecs: codecs)
    #expect(first == .success([1, 2, 3]))
    #expect(second == .success([4, 5, 6]))
  }

  @Test("survives any damage to a good message", arguments: compressions, 0..<100)
  func damaged(encoding: Encoding, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var input = compressed(random.text(2_000), encoding)
    input[Int.random(in: input.indices, using: &random)] ^=
      1 << UInt8.random(in: 0..<8, using: &random)
    if case .success(let output) = open(input, encoding, bytesMax: 3_000) {
      #expect(output.count <= 3_000)
    }
  }
}

@Suite("A crafted header")
struct CraftedHeaderTests {
  @Test("of zstd that claims more content than allowed is refused at once")
  func zstdContentSize() {
    // Magic, a descriptor with an eight-byte content size and a single segment, 2^40 bytes.
    let input: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]
    #expect(open(input, .zstd) == tooLarge(.zstd, 1 << 20))
    #expect(open(compressed([1], .zstd) + input, .zstd) == tooLarge(.zstd, 1 << 20))
  }

  @Test("of zstd that asks for a huge window is refused before it is allocated")
  func zstdWindow() {
    // Magic, no content size, window descriptor 2^(10 + 17) = 128 MiB, an empty last block.
    let input: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 17 << 3, 1, 0, 0]
    #expect(
      open(input, .zstd)
        == .failure(.corrupt(.zstd, "Frame requires too much memory for decoding")))
  }

  @Test("of LZ4 that claims more content than there is costs nothing and is refused")
  func lz4ContentSize() throws {
    guard case .failure(.corrupt) = open(lz4ClaimingTooMuch, .lz4) else {
      Issue.record("a false claim was accepted")
      return
    }
  }

  /// Found by fuzzing: liblz4 1.9.4 keeps the claimed size when its context is reset, and refused
  /// the next message, of any other stream, for not having it.
  @Test("of LZ4 does no harm to the next message")
  func lz4ContentSizeForgotten() {
    let codecs = Codecs()
    _ = open(lz4ClaimingTooMuch, .lz4, codecs: codecs)
    #expect(open(compressed([1, 2], .lz4), .lz4, codecs: codecs) == .success([1, 2]))
  }

  /// Magic, FLG with content size, BD for 64 KiB blocks, a large size, the header's checksum, and a
  /// block of impossible length.
  private let lz4ClaimingTooMuch: [UInt8] = [
    0x04, 0x22, 0x4D, 0x18, 0x68, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0xAA,
  ]
}
