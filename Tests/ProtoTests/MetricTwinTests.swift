// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import TestKit
import Testing

@Suite("the metric reader and the generated decoder agree")
struct MetricTwinTests {
  @Test("on seeded random metrics, whole and mutated", arguments: 0..<6 as Range<UInt64>)
  func mutated(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<3000 {
      var bytes = Self.metric(&random).encoded()
      if random.oneIn(3) { bytes += Self.metric(&random).encoded() }
      for _ in 0..<random.int(in: 0...2) where !bytes.isEmpty {
        let place = random.int(in: 0...bytes.count - 1)
        switch random.int(in: 0...2) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert([0x0A, 0x1A, 0x22, 0x28, 0x80][random.int(in: 0...4)], at: place)
        }
      }
      Self.expectAgreement(bytes)
    }
  }

  private static func metric(_ random: inout SplitMix64) -> Metric {
    .with {
      $0.name = String(repeating: "m", count: random.int(in: 0...200))
      $0.value = random.oneIn(4) ? 0 : random.double(in: -9...9)
      for _ in 0..<random.int(in: 0...3) {
        $0.labels["l\(random.int(in: 0...4))"] = String(
          repeating: "v", count: random.int(in: 0...140))
      }
      if random.oneIn(2) {
        $0.timestamp = .with {
          $0.seconds = Int64(bitPattern: random.next()) >> Int64(random.int(in: 0...63))
          $0.nanos =
            random.oneIn(3)
            ? Int32(truncatingIfNeeded: random.next()) : Int32(random.int(in: 0...999_999_999))
        }
      }
      $0.type = MetricType(rawValue: Int32(random.int(in: 0...4)))
    }
  }

  static func expectAgreement(_ bytes: [UInt8]) {
    // The neighbours of a message in a run must not matter.
    let run = [0xAA] + bytes + [0x0A]
    let read = Result { try MetricReader.read(run.span.bytes, 1..<run.count - 1) }
    switch (read, Result { try Metric(decoding: bytes) }) {
    case (.success(let view), .success(let metric)):
      #expect(Array(run[view.point.name]) == Array(metric.name.utf8), "\(bytes)")
      #expect(view.point.value.bitPattern == metric.value.bitPattern, "\(bytes)")
      #expect(view.point.time == metric.timestamp?.seconds ?? 0, "\(bytes)")
      let nanos = metric.timestamp?.nanos ?? 0
      #expect(view.isTimeValid == (0..<1_000_000_000).contains(nanos), "\(bytes)")
      let kinds: [MetricType: MetricKind] = [
        .counter: .counter, .gauge: .gauge, .histogram: .histogram,
      ]
      #expect(Int32(view.point.kind) == (kinds[metric.type] ?? .unspecified).rawValue)
      #expect(labels(view, run) == metric.labels, "\(bytes)")
    case (.success, .failure(let error as DecodingError)):
      #expect(error.reason == .stringNotUTF8, "\(bytes): \(error)")
    case (.failure(let error as PointError), .failure(let twin as DecodingError)):
      let agrees = error.reason == twin.reason && error.offset == twin.offset + 1
      #expect(agrees || twin.reason == .stringNotUTF8, "\(bytes): \(error), twin \(twin)")
    default:
      Issue.record("\(bytes): \(read)")
    }
  }

  private static func labels(_ view: MetricView, _ run: [UInt8]) -> [String: String] {
    var scratch: [UInt8] = []
    guard !view.labels.isEmpty else { return [:] }
    let point = MetricReader.point(view, of: run.span.bytes, into: &scratch)
    #expect(Array(scratch[point.name]) == Array(run[view.point.name]))
    var reader = LabelReader(point.labels)
    var labels: [String: String] = [:]
    while let label = reader.next(scratch.span.bytes) {
      labels[String(decoding: scratch[label.name], as: UTF8.self)] =
        String(decoding: scratch[label.value], as: UTF8.self)
    }
    return labels
  }
}
