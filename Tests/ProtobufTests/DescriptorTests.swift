// SPDX-License-Identifier: Apache-2.0
import Protobuf
import Testing

@Suite("descriptors and methods")
struct DescriptorTests {
  @Test("a descriptor, which is proto2, keeps what is set apart from what is not")
  func proto2() throws {
    let file = FileDescriptorProto.with {
      $0.name = "a.proto"
      $0.publicDependency = [0, 1]
      $0.options = .with { $0.deprecated = false }
    }
    let bytes = file.encoded()
    #expect(bytes.suffix(9) == [0x50, 0, 0x50, 1, 0x42, 3, 0xB8, 1, 0][...])
    let again = try FileDescriptorProto(decoding: bytes)
    #expect(again == file)
    #expect(again.options?.deprecated == false)
    #expect(again.options?.ccEnableArenas == nil)
  }

  @Test("a method knows its path")
  func path() {
    let method = RPCMethod<Leaf, Leaf>(
      service: "a.b.Service", name: "Call", clientStreams: true, serverStreams: false)
    #expect(method.path == "/a.b.Service/Call")
  }
}
