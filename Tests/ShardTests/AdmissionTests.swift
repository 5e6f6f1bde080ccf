// SPDX-License-Identifier: Apache-2.0
import Foundation
import Shard
import TestKit
import Testing

@Suite("admission")
struct AdmissionTests {
  private static let now: Int64 = 1_700_000_000

  private static func admit(
    _ name: [UInt8] = [97], value: Double = 1, time: Int64 = now, now: Int64 = now
  ) -> Admission.Verdict {
    Admission(now: now, nameBytesMax: 20)
      .admit(name.span.bytes, name: 0..<name.count, value: value, time: time)
  }

  @Test("takes times inside the window and the grace; zero is now")
  func times() {
    for time in [now - 3599, now - 1, now, now + 60].map({ $0 }) {
      #expect(Self.admit(time: time) == .accepted(time: time))
    }
    #expect(Self.admit(time: 0) == .accepted(time: Self.now))
    #expect(Self.admit(time: -5, now: 10) == .rejected(.timeTooOld))
  }

  private var now: Int64 { Self.now }

  @Test(
    "names the unit of a time that is not in seconds",
    arguments: [
      (now - 3600, RejectReason.timeTooOld), (1, .timeTooOld), (-1, .timeTooOld),
      (.min, .timeTooOld), (now + 61, .timeTooNew), (now + 1_000_000, .timeTooNew),
      (now * 1000, .timeInMilliseconds), (1_300_000_000_000, .timeInMilliseconds),
      (1_300_000_000_000_000_000, .timeInNanoseconds), (999_999_999_000, .timeTooNew),
      ((now + 60) * 1000 + 999, .timeInMilliseconds),
      ((now + 61) * 1000, .timeTooNew), (now * 1_000_000 - 1_000_000_000, .timeInMicroseconds),
      (now * 1_000_000_000, .timeInNanoseconds), (.max, .timeTooNew),
    ])
  func absurd(time: Int64, reason: RejectReason) {
    #expect(Self.admit(time: time) == .rejected(reason))
  }

  @Test("refuses NaN and takes infinities")
  func values() {
    #expect(Self.admit(value: .nan) == .rejected(.valueNan))
    #expect(Self.admit(value: -.signalingNaN) == .rejected(.valueNan))
    #expect(Self.admit(value: .infinity) == .accepted(time: Self.now))
  }

  @Test("refuses names that are empty, too long or not UTF-8")
  func names() {
    #expect(Self.admit([]) == .rejected(.nameEmpty))
    #expect(Self.admit([UInt8](repeating: 97, count: 20)) == .accepted(time: Self.now))
    #expect(Self.admit([UInt8](repeating: 97, count: 21)) == .rejected(.nameTooLong))
    #expect(Self.admit([97, 0xC0, 0x80]) == .rejected(.nameNotUTF8))
    #expect(Self.admit(Array("größe".utf8)) == .accepted(time: Self.now))
  }

  @Test("knows UTF-8 as the standard library does", arguments: 1...8 as ClosedRange<UInt64>)
  func utf8(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let edges: [UInt8] = [
      0, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
      0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]
    for _ in 0..<3000 {
      let prefix = [UInt8](repeating: 0x61, count: random.int(in: 0...9))
      let bytes =
        prefix + (0..<random.int(in: 0...5)).map { _ in edges[random.int(in: 0...24)] }
      let range = min(1, bytes.count)..<bytes.count
      let isValid = String(validating: bytes[range], as: UTF8.self) != nil
      #expect(UTF8Check.isValid(bytes.span.bytes, range) == isValid, "\(bytes)")
    }
  }

  @Test("has the schema's reasons, and a hint for each")
  func reasons() throws {
    let proto = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Proto/telemetry.proto")
    let schema = try String(contentsOf: proto, encoding: .utf8)
    let numbers = schema.matches(of: /REJECT_REASON_(\w+) = (\d+);/).compactMap {
      $0.1 == "UNSPECIFIED" ? nil : UInt8($0.2)
    }
    #expect(numbers == RejectReason.allCases.map(\.rawValue))
    let hints = RejectReason.allCases.map {
      $0.hint(shape: .standard, nameBytesMax: 1024, seriesMax: 1_000_000)
    }
    #expect(Set(hints).count == hints.count)
    #expect(hints[4].contains("3600 s") && hints[5].contains("60 s"))
    #expect(hints[6].contains("milliseconds") && hints[9].contains("1000000 series"))
  }
}
