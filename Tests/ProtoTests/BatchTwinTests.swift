// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import TestKit
import Testing

/// The generated decoder is the stupid twin of the reader.
@Suite("the batch reader and the generated decoder agree")
struct BatchTwinTests {
  @Test("on seeded random batches, whole and mutated", arguments: 0..<8 as Range<UInt64>)
  func mutated(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var reader = PointBatchReader()
    for _ in 0..<2000 {
      var bytes = random.batch().encoded()
      // Fields again, in parts: columns are joined, and of others the last counts.
      if Bool.random(using: &random) { bytes += random.batch().encoded() }
      if Bool.random(using: &random) { bytes += random.unpacked() }
      for _ in 0..<Int.random(in: 0...3, using: &random) { random.damage(&bytes) }
      Self.expectAgreement(bytes, &reader)
    }
  }

  @Test("on seeded random tags and bytes", arguments: 0..<4 as Range<UInt64>)
  func garbage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var reader = PointBatchReader()
    let likely: [UInt8] = [
      0, 1, 2, 3, 8, 0x0A, 0x10, 0x18, 0x22, 0x28, 0x2A, 0x31, 0x32, 0x38, 0x40, 0x42, 0x80, 0xFF,
    ]
    for _ in 0..<5000 {
      let count = Int.random(in: 0...24, using: &random)
      Self.expectAgreement((0..<count).map { _ in likely.randomElement(using: &random)! }, &reader)
    }
  }

  static func expectAgreement(_ bytes: [UInt8], _ reader: inout PointBatchReader) {
    // The neighbours of a message in a run must not matter.
    let run = [0xAA] + bytes + [0x0A]
    let twin = Result { try PointBatch(decoding: bytes) }
    var failure: PointError?
    var labels: [[String: String]] = []
    var kinds: [UInt8] = []
    do {
      try reader.read(run.span.bytes, 1..<run.count - 1)
      var series = BatchSeriesReader()
      for range in reader.series {
        try series.read(run.span.bytes, range)
        kinds.append(series.kind)
        labels.append(
          Dictionary(
            series.labels.map { (text(run[$0.name]), text(run[$0.value])) },
            uniquingKeysWith: { $1 }))
      }
    } catch {
      failure = error
    }
    switch twin {
    case .success(let batch):
      #expect(failure == nil, "\(bytes)")
      guard failure == nil else { return }
      #expect(text(run[reader.client]) == batch.client, "\(bytes)")
      #expect(reader.sequence == batch.sequence && reader.confirmed == batch.confirmed, "\(bytes)")
      #expect(reader.firstTime == batch.firstTime, "\(bytes)")
      #expect(labels == batch.series.map(\.labels), "\(bytes)")
      #expect(kinds == batch.series.map { $0.kind.name == nil ? 0 : UInt8($0.kind.rawValue) })
      let isSound: Bool
      do {
        try reader.check()
        isSound = true
      } catch {
        isSound = false
      }
      #expect(isSound == batch.isSound, "\(bytes)")
      guard isSound else { return }
      let rows = 0..<reader.count
      #expect(rows.map { UInt32(reader.seriesIndex($0)) } == batch.seriesIndices, "\(bytes)")
      #expect(
        rows.map { reader.value($0).bitPattern } == batch.values.map(\.bitPattern), "\(bytes)")
      #expect(
        (reader.hasTimes ? rows.map { reader.delta($0) } : []) == batch.timeDeltas, "\(bytes)")
    case .failure(let error as DecodingError):
      #expect(failure != nil || error.reason == .stringNotUTF8, "\(bytes): \(error)")
    case .failure(let error):
      Issue.record("\(error)")
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}

extension PointBatch {
  fileprivate var isSound: Bool {
    values.count == seriesIndices.count
      && (timeDeltas.isEmpty || timeDeltas.count == values.count)
      && seriesIndices.allSatisfy { $0 < series.count }
  }
}

extension SplitMix64 {
  fileprivate mutating func batch() -> PointBatch {
    var batch = PointBatch()
    batch.client = String(repeating: "c", count: Int.random(in: 0...3, using: &self))
    batch.sequence = next() >> UInt64.random(in: 0...63, using: &self)
    batch.confirmed = next() >> UInt64.random(in: 0...63, using: &self)
    batch.series = (0..<Int.random(in: 0...4, using: &self)).map { index in
      .with {
        $0.metric = "m\(index)"
        if Bool.random(using: &self) { $0.labels = ["l": "\(index)", "k": ""] }
        $0.kind = MetricKind(rawValue: Int32.random(in: -1...5, using: &self))
      }
    }
    let rows = Int.random(in: 0...20, using: &self)
    batch.seriesIndices = (0..<rows).map { _ in
      UInt32(next() >> UInt64.random(in: 62...63, using: &self))
    }
    batch.values = (0..<rows).map { _ in Double(bitPattern: next()) }
    batch.firstTime = Int64(bitPattern: next()) >> Int64.random(in: 0...63, using: &self)
    if Bool.random(using: &self) {
      batch.timeDeltas = (0..<rows).map { _ in
        Int64(bitPattern: next()) >> Int64.random(in: 0...63, using: &self)
      }
    }
    return batch
  }

  fileprivate mutating func damage(_ bytes: inout [UInt8]) {
    guard let index = bytes.indices.randomElement(using: &self) else { return }
    switch Int.random(in: 0..<3, using: &self) {
    case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
    case 1: bytes.remove(at: index)
    default: bytes.insert(UInt8(truncatingIfNeeded: next()), at: index)
    }
  }

  /// Numbers of columns one by one, each under a tag of its own.
  fileprivate mutating func unpacked() -> [UInt8] {
    (0..<Int.random(in: 0...3, using: &self)).flatMap { _ in
      [[0x28, 1], [0x31, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F], [0x40, 2]].randomElement(using: &self)!
        as [UInt8]
    }
  }
}
