// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard
import TestKit
import Testing

@testable import RPC

/// What points take on a link: whole gRPC messages after LZ4, names and rows in random order.
@Suite("size of points on a link")
struct LinkSizeTests {
  private static let metrics = 1000
  private static let frames = 5

  /// Bytes a point of frames of 4096 rows, the first of which tells the names.
  private static func bytesPerPoint(
    seed: UInt64, withNames: Bool, _ value: (Int, Int, inout SplitMix64) -> Double
  ) -> Double {
    var random = SplitMix64(seed: seed)
    let names = (0..<metrics).map { Array("service.requests.\(10_000_000 + $0)".utf8) }
    precondition(names.allSatisfy { $0.count == 25 })
    let dictionary = NameDictionary(number: 1)
    var encoder = FrameEncoder()
    var (bytes, rows) = (0, 0)
    for number in 0..<frames {
      var columns = FrameColumns(dictionary)
      for row in 0..<RouterLimits.frameRowsMax {
        let metric = random.int(in: 0...metrics - 1)
        let name = names[metric]
        let id = dictionary.id(
          hash: SeriesKey.hash(name.span.bytes, name.indices), nameFrom: name.span.bytes,
          range: name.indices)
        let isIn = columns.append(
          id: id ?? 0, value: value(metric, number * RouterLimits.frameRowsMax + row, &random),
          time: 1_763_700_000 + Int64(number))
        precondition(isIn)
      }
      let size = messageBytes(encoder.encode(columns), number)
      if withNames || number > 0 {
        bytes += size
        rows += columns.count
      }
    }
    return Double(bytes) / Double(rows)
  }

  private static func messageBytes(_ body: [UInt8], _ number: Int) -> Int {
    var frame = LinkFrame()
    frame.sequence = UInt64(number + 1)
    frame.rows = UInt32(RouterLimits.frameRowsMax)
    frame.dictionary = 1
    frame.body = body
    frame.checksum = frame.expectedChecksum
    var request = LinkRequest()
    request.kind = .frame(frame)
    var output: [UInt8] = []
    Codecs().compress(request.encoded(), .lz4, to: &output)
    return MessagePrefix.byteCount + min(output.count, request.encoded().count)
  }

  @Test("12 bytes at most with random doubles, names included")
  func random() {
    let size = Self.bytesPerPoint(seed: 1, withNames: true) { _, _, random in
      random.double(in: 0...1)
    }
    #expect(size <= 12)
    let wild = Self.bytesPerPoint(seed: 2, withNames: true) { _, _, random in
      Double(bitPattern: random.next() & ~(1 << 62))
    }
    #expect(wild <= 12)
  }

  @Test(
    "6 bytes at most with values that repeat or step",
    arguments: ["small integers", "one counter", "counters", "percents", "gauges", "levels"])
  func steady(kind: String) {
    var counters = (0..<Self.metrics).map { Double(1_000_000 + $0 * 7919) }
    let size = Self.bytesPerPoint(seed: 3, withNames: false) { metric, row, random in
      switch kind {
      case "small integers": return Double(random.int(in: 0...999))
      case "one counter": return Double(row)
      case "counters":
        counters[metric] += 1
        return counters[metric]
      case "percents": return Double(random.int(in: 0...100)) / 100
      // Each metric has a value of its own and keeps it.
      case "gauges": return (Double(metric) * 0.618).squareRoot()
      default: return [0.1, 99.9, 47.11, -3.7][random.int(in: 0...3)]
      }
    }
    #expect(size <= 6)
  }
}
