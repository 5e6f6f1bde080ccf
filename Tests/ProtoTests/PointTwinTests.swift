// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import TestKit
import Testing

/// The generated decoder is the stupid twin of the reader: slow, and with no path of its own for
/// anything.
@Suite("the point reader and the generated decoder agree")
struct PointTwinTests {
  @Test("on seeded random points, whole and mutated", arguments: 0..<8 as Range<UInt64>)
  func mutated(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<5000 {
      var bytes = random.point()
      for _ in 0..<Int.random(in: 0...3, using: &random) { random.mutate(&bytes) }
      Self.expectAgreement(bytes)
    }
  }

  @Test("on seeded random tags and bytes", arguments: 0..<4 as Range<UInt64>)
  func garbage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let likely: [UInt8] = [
      0, 1, 2, 8, 0x0A, 0x0B, 0x0C, 0x11, 0x12, 0x18, 0x1C, 0x22, 0x28, 0x7F, 0x80, 0xFF,
    ]
    for _ in 0..<5000 {
      let count = Int.random(in: 0...24, using: &random)
      Self.expectAgreement((0..<count).map { _ in likely.randomElement(using: &random)! })
    }
  }

  static func expectAgreement(_ bytes: [UInt8]) {
    // The neighbours of a message in a run must not matter.
    let run = [0xAA] + bytes + [0x0A]
    let read = Result { try PointReader.read(run.span.bytes, 1..<run.count - 1) }
    switch (read, Result { try Point(decoding: bytes) }) {
    case (.success(let view), .success(let point)):
      #expect(Array(run[view.name]) == Array(point.metric.utf8), "\(bytes)")
      #expect(view.value.bitPattern == point.value.bitPattern, "\(bytes)")
      #expect(view.time == point.timestamp, "\(bytes)")
      #expect(view.kind == ((1...3).contains(point.kind.rawValue) ? point.kind.rawValue : 0))
      #expect(labels(view, run) == point.labels, "\(bytes)")
    case (.success, .failure(let error as DecodingError)):
      #expect(error.reason == .stringNotUTF8, "\(bytes): \(error)")
    case (.failure(let error as PointError), .failure(let twin as DecodingError)):
      let agrees = error.reason == twin.reason && error.offset == twin.offset + 1
      #expect(agrees || twin.reason == .stringNotUTF8, "\(bytes): \(error), twin \(twin)")
    default:
      Issue.record("\(bytes): \(read)")
    }
  }
}

private func labels(_ view: PointView, _ run: [UInt8]) -> [String: String] {
  var reader = LabelReader(view.labels)
  var labels: [String: String] = [:]
  while let label = reader.next(run.span.bytes) {
    labels[String(decoding: run[label.name], as: UTF8.self)] =
      String(decoding: run[label.value], as: UTF8.self)
  }
  return labels
}

extension SplitMix64 {
  /// An encoded point; names and times of every length.
  fileprivate mutating func point() -> [UInt8] {
    let length = Int.random(in: 0...(Bool.random(using: &self) ? 30 : 200), using: &self)
    let time = Int64(bitPattern: next()) >> Int64.random(in: 0...63, using: &self)
    var point = Point()
    point.metric = String(repeating: "m", count: length)
    point.value = Bool.random(using: &self) ? 0 : Double(bitPattern: next())
    point.timestamp = Bool.random(using: &self) ? 0 : time
    for _ in 0..<max(0, Int.random(in: -3...4, using: &self)) {
      let name = String(repeating: "l", count: Int.random(in: 0...5, using: &self))
      let length = Int.random(in: 0...(Bool.random(using: &self) ? 9 : 150), using: &self)
      point.labels[name] = String(repeating: "v", count: length)
    }
    point.kind = MetricKind(rawValue: Int32.random(in: 0...4, using: &self))
    return point.encoded()
  }

  /// Flips, inserts, removes or repeats something.
  fileprivate mutating func mutate(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes.append(UInt8(truncatingIfNeeded: next())) }
    let place = Int.random(in: 0..<bytes.count, using: &self)
    switch Int.random(in: 0..<5, using: &self) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
    case 1: bytes[place] = UInt8(truncatingIfNeeded: next())
    case 2: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
    case 3: bytes.removeSubrange(place...)
    default: bytes += bytes[place...]
    }
  }
}
