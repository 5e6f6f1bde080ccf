// SPDX-License-Identifier: Apache-2.0
import Foundation
import Proto
import Protobuf
import Testing

@Suite("kept fuzz cases")
struct KeptFuzzCaseTests {
  private static let corpus = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../Fuzz/ProtoPointReader.corpus")

  @Test("the reader and the generated decoder agree on each")
  func pointReader() throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.corpus, includingPropertiesForKeys: nil)
    #expect(files.count >= 18)
    for file in files {
      PointTwinTests.expectAgreement([UInt8](try Data(contentsOf: file)))
    }
  }
}
