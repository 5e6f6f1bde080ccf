// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import TestKit
import Testing

@Suite("checksum of frames")
struct CRC32CTests {
  /// One bit at a time, as the polynomial says.
  private static func twin(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F6_3B78 }
    }
    return ~crc
  }

  /// A SCSI read (10) command.
  private static let command: [UInt8] =
    [0x01, 0xC0, 0, 0] + [UInt8](repeating: 0, count: 12) + [0x14, 0, 0, 0, 0, 0, 4, 0]
    + [0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28] + [UInt8](repeating: 0, count: 7) + [0x02]
    + [UInt8](repeating: 0, count: 7)

  @Test(
    "is that of RFC 3720, B.4",
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ([UInt8](0..<32), 0x46DD_794E),
      ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
      (command, 0xD996_3A56),
      (Array("123456789".utf8), 0xE306_9283),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func vectors(bytes: [UInt8], checksum: UInt32) {
    #expect(CRC32C.of(bytes.span.bytes) == checksum)
  }

  @Test("goes on over any pieces, like its twin", arguments: 1...20 as ClosedRange<UInt64>)
  func pieces(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let bytes = random.bytes(random.int(in: 0...300))
    var checksum = CRC32C()
    var offset = 0
    while offset < bytes.count {
      let end = min(bytes.count, offset + random.int(in: 1...60))
      checksum.update(Array(bytes[offset..<end]).span.bytes)
      offset = end
    }
    #expect(checksum.value == Self.twin(bytes))
    #expect(CRC32C.of(bytes.span.bytes) == Self.twin(bytes))
  }

  @Test("covers the frame's head as eight bytes each")
  func head() {
    var frame = LinkFrame()
    frame.body = [1, 2, 3]
    frame.lane = .hint
    frame.sequence = 0x0102_0304_0506_0708
    frame.confirmed = 6
    frame.rows = 9
    frame.dictionary = 0x0A0B
    let head: [UInt8] =
      [1, 0, 0, 0, 0, 0, 0, 0] + [8, 7, 6, 5, 4, 3, 2, 1] + [6, 0, 0, 0, 0, 0, 0, 0] + [
        9, 0, 0, 0, 0, 0, 0, 0,
      ]
      + [0x0B, 0x0A, 0, 0, 0, 0, 0, 0]
    #expect(frame.expectedChecksum == Self.twin([1, 2, 3] + head))
  }

  @Test("finds every single byte that is wrong")
  func corruption() {
    var random = SplitMix64(seed: 5)
    let rows = TestRow.random(200, names: 30, &random)
    var frame = LinkFrame()
    frame.sequence = 7
    frame.rows = 200
    frame.body = SelfContainedBody.encode(FrameColumns(rows))
    let checksum = frame.expectedChecksum
    for index in frame.body.indices {
      let change = UInt8.random(in: 1...255, using: &random)
      frame.body[index] ^= change
      #expect(frame.expectedChecksum != checksum)
      frame.body[index] ^= change
    }
    for change in [
      { $0.lane = .hint }, { $0.sequence += 1 }, { $0.confirmed += 1 }, { $0.rows += 1 },
      { $0.dictionary += 1 },
      { $0.body.append(0) }, { $0.body.removeLast() },
    ] as [(inout LinkFrame) -> Void] {
      var other = frame
      change(&other)
      #expect(other.expectedChecksum != checksum)
    }
  }
}
