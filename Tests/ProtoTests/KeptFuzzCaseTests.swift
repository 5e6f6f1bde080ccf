// SPDX-License-Identifier: Apache-2.0
import Foundation
import Proto
import Protobuf
import Testing

@Suite("kept fuzz cases")
struct KeptFuzzCaseTests {
  private static func cases(of harness: String) throws -> [[UInt8]] {
    let corpus = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().appendingPathComponent("../Fuzz/\(harness).corpus")
    let files = try FileManager.default.contentsOfDirectory(
      at: corpus, includingPropertiesForKeys: nil)
    return try files.map { [UInt8](try Data(contentsOf: $0)) }
  }

  @Test("the point reader and the generated decoder agree on each")
  func pointReader() throws {
    let cases = try Self.cases(of: "ProtoPointReader")
    #expect(cases.count >= 18)
    for bytes in cases { PointTwinTests.expectAgreement(bytes) }
  }

  @Test("the metric reader and the generated decoder agree on each")
  func metricReader() throws {
    let cases = try Self.cases(of: "ProtoMetricReader")
    #expect(cases.count >= 6)
    for bytes in cases { MetricTwinTests.expectAgreement(bytes) }
  }

  @Test("the batch reader and the generated decoder agree on each")
  func batchReader() throws {
    let cases = try Self.cases(of: "ProtoBatchReader")
    #expect(cases.count >= 6)
    var reader = PointBatchReader()
    for bytes in cases { BatchTwinTests.expectAgreement(bytes, &reader) }
  }
}
