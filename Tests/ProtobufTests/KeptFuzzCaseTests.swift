// SPDX-License-Identifier: Apache-2.0
import Foundation
import Protobuf
import Testing

@Suite("kept fuzz cases of the decoders")
struct KeptFuzzCaseTests {
  private static let corpus = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../Fuzz/ProtoDecoders.corpus")

  @Test("what decodes is unchanged by another round, whatever message it is taken for")
  func decoders() throws {
    let types: [any Message.Type] = [
      FileDescriptorProto.self, Singles.self, Optionals.self, Repeats.self, Choice.self, Maps.self,
      Nothing.self,
    ]
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.corpus, includingPropertiesForKeys: nil)
    #expect(files.count >= 9)
    for file in files {
      // The first byte chooses the message while fuzzing.
      let bytes = [UInt8](try Data(contentsOf: file).dropFirst())
      for type in types { try type.expectStable(bytes) }
    }
  }
}

extension Message {
  /// Bytes that are a message encode to their measured size, and to one of that size again.
  static func expectStable(_ bytes: [UInt8]) throws {
    guard let message = try? Self(decoding: bytes) else { return }
    let encoded = message.encoded()
    #expect(encoded.count == message.encodedSize, "\(fullName) \(bytes)")
    #expect(try Self(decoding: encoded).encodedSize == encoded.count, "\(fullName) \(bytes)")
  }
}
