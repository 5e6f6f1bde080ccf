// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard
import TestKit
import Testing

@Suite("Series keys")
struct SeriesKeyCheckTests {
  private static let alphabet = [
    "", "a", "b", "ä", "é", "zone", "日本", "host.name", "host.name.short", "\0", "~",
  ]

  /// A point's message: its own fields, and labels as separate entries, some of them twice, some
  /// not UTF-8.
  private static func message(_ random: inout SplitMix64) -> [UInt8] {
    var bytes = Point.with { $0.metric = "m" }.encoded()
    let many = random.oneIn(10)
    for index in 0..<random.int(in: 1...(many ? 80 : 6)) {
      var entry: [UInt8] = []
      let name = many ? "l\(random.int(in: 0...90))" : text(&random)
      if !random.oneIn(12) { entry += Point.with { $0.metric = name }.encoded() }
      var value = Point.with { $0.metric = text(&random) + (many ? "\(index)" : "") }.encoded()
      if !value.isEmpty { value[0] = 0x12 }
      if random.oneIn(40), let last = value.indices.last { value[last] = 0xFE }
      if !random.oneIn(12) { entry += value }
      bytes += [0x22, UInt8(entry.count)] + entry
      if random.oneIn(10) { bytes += [0x48, 1] }
    }
    return bytes
  }

  private static func text(_ random: inout SplitMix64) -> String {
    alphabet[random.int(in: 0...alphabet.count - 1)]
  }

  @Test(
    "are made of points as a naive twin makes them, in whatever order labels come",
    arguments: 1...20 as ClosedRange<UInt64>)
  func twin(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let keys = LabelledKeys(points: 3, nameBytesMax: 10)
    for number in 0..<600 {
      if number % 3 == 0 { keys.reset() }
      let bytes = Self.message(&random)
      // At the end of what was read, or in the middle.
      let run = random.oneIn(4) ? bytes : [1, 2, 3] + bytes + [UInt8](repeating: 0xFF, count: 9)
      let start = run.count == bytes.count ? 0 : 3
      let view = try PointReader.read(run.span.bytes, start..<start + bytes.count)
      let verdict = keys.add(run.span.bytes, view)
      guard let point = try? Point(decoding: bytes) else {
        #expect(verdict == .rejected(.labelInvalid) || verdict == .rejected(.labelsTooLarge))
        continue
      }
      if point.labels.count > ShardLimits.labelsMax {
        #expect(verdict == .rejected(.labelsTooLarge))
      } else if point.labels[""].map({ !$0.isEmpty }) ?? false {
        #expect(verdict == .rejected(.labelInvalid))
      } else if case .key(let range) = verdict {
        let key = keys.withBytes { bytes in
          range.map { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
        #expect(key == SeriesKey.encode(metric: "m", labels: point.labels))
        #expect(SeriesKey.fault(key.span.bytes, key.indices) == nil)
      } else {
        Issue.record("\(verdict) for \(point.labels)")
      }
    }
  }

  @Test("are the same for labels in order, whether they end what was read or not")
  func inOrder() throws {
    let keys = LabelledKeys(points: 2, nameBytesMax: 10)
    var random = SplitMix64(seed: 1)
    for _ in 0..<500 {
      keys.reset()
      let names = (0..<random.int(in: 1...5)).map { _ in
        String(repeating: "n", count: random.int(in: 1...20)) + "\(random.int(in: 0...99))"
      }
      let labels = Dictionary(
        names.map { ($0, String(repeating: "v", count: random.int(in: 1...30))) }
      ) { $1 }
      var bytes = Point.with { $0.metric = "m" }.encoded()
      for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
        bytes += Point.with { $0.labels = [name: value] }.encoded()
      }
      let due = SeriesKey.encode(metric: "m", labels: labels)
      for run in [bytes, bytes + [UInt8](repeating: 0xFF, count: 8)] {
        let view = try PointReader.read(run.span.bytes, bytes.indices)
        let verdict = keys.add(run.span.bytes, view)
        guard case .key(let range) = verdict else {
          Issue.record("\(verdict)")
          continue
        }
        let key = keys.withBytes { bytes in
          range.map { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
        #expect(key == due)
      }
    }
  }

  @Test("hold labels of so many bytes, and not of one more", arguments: [0, 1], [0, 8])
  func bytesMax(beyond: Int, behind: Int) throws {
    let keys = LabelledKeys(points: 1, nameBytesMax: 10)
    let bytes = Point.with {
      $0.metric = "m"
      $0.labels["a"] = String(repeating: "v", count: 1000)
      $0.labels["b"] = String(repeating: "v", count: ShardLimits.labelBytesMax - 1006 + beyond)
      if behind == 0 { $0.labels["none"] = "" }
    }.encoded()
    let run = bytes + [UInt8](repeating: 0, count: behind)
    let verdict = keys.add(run.span.bytes, try PointReader.read(run.span.bytes, bytes.indices))
    #expect(
      verdict
        == (beyond == 0
          ? .key(0..<1 + ShardLimits.labelBytesMax) : .rejected(.labelsTooLarge)))
  }

  @Test("of others are refused unless they are the only one of their name and labels")
  func faults() {
    let fault = { (key: [UInt8]) in SeriesKey.fault(key.span.bytes, key.indices) }
    let (a, b): (UInt8, UInt8) = (0x61, 0x62)
    #expect(fault([a]) == nil)
    #expect(fault([a, 0xFF, a, 0xFE, b, 0xFF, b, 0xFE, b]) == nil)
    #expect(fault([]) == .nameEmpty)
    #expect(fault([0xFF, a, 0xFE, b]) == .nameEmpty)
    #expect(fault([UInt8](repeating: a, count: ShardLimits.nameBytesMax + 1)) == .nameTooLong)
    #expect(fault([a, 0xC3]) == .nameNotUTF8)
    #expect(fault([a, 0xFE, b]) == .nameNotUTF8)
    for labels: [UInt8] in [
      [0xFF], [0xFF, a], [0xFF, a, 0xFE], [0xFF, 0xFE, a], [0xFF, a, 0xFE, b, 0xFF],
      [0xFF, a, 0xFE, b, 0xFE, b], [0xFF, a, 0xFE, b, 0xFF, a, 0xFE, b], [0xFF, a, 0xFE, 0xC3],
      [0xFF, b, 0xFE, b, 0xFF, a, 0xFE, b], [0xFF, 0x80, 0xFE, b],
    ] {
      #expect(fault([a] + labels) == .labelsInvalid, "\(labels)")
    }
    let long = [UInt8](repeating: a, count: ShardLimits.labelBytesMax - 3)
    #expect(fault([a, 0xFF, a, 0xFE] + long) == nil)
    #expect(fault([a, 0xFF, a, 0xFE, a] + long) == .labelsInvalid)
    let many = (0...ShardLimits.labelsMax).flatMap { number -> [UInt8] in
      [0xFF, a + UInt8(number / 26), a + UInt8(number % 26), 0xFE, b]
    }
    #expect(fault([a] + many) == .labelsInvalid)
  }

  @Test("spoilt anywhere are refused, or are those of another series")
  func mutations() {
    var random = SplitMix64(seed: 5)
    for _ in 0..<3000 {
      var key = SeriesKey.encode(
        metric: "metric", labels: ["a": "1", "bb": "ä", "c": Self.text(&random)])
      for _ in 0..<random.int(in: 1...3) {
        key[random.int(in: 0...key.count - 1)] =
          [0xFF, 0xFE, 0x61, 0x80, 0xC3][random.int(in: 0...4)]
      }
      guard SeriesKey.fault(key.span.bytes, key.indices) == nil else { continue }
      let (metric, labels) = SeriesKey.decode(key)
      let again = SeriesKey.encode(
        metric: metric, labels: Dictionary(uniqueKeysWithValues: labels.map { ($0.name, $0.value) })
      )
      #expect(again == key)
    }
  }

  @Test("four at a time have the hashes that each has")
  func hashes() {
    var random = SplitMix64(seed: 6)
    for _ in 0..<500 {
      var bytes: [UInt8] = []
      var ranges = InlineArray<4, Range<Int>>(repeating: 0..<0)
      for lane in 0..<4 {
        let start = bytes.count
        bytes += SeriesKey.encode(
          metric: "m\(random.int(in: 0...9999))",
          labels: random.oneIn(2) ? [:] : ["a": Self.text(&random), "b": Self.text(&random)])
        ranges[lane] = start..<bytes.count
      }
      let hashes = SeriesKey.hashes(bytes.span.bytes, ranges)
      for lane in 0..<4 {
        #expect(hashes[lane] == SeriesKey.hash(bytes.span.bytes, ranges[lane]))
      }
    }
  }
}
