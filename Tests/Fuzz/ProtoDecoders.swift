// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// The first byte chooses a message, the rest is its bytes: what decodes must encode to the size it
/// says, and decode again to the same size.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDecoders(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let types: [any Message.Type] = [
    Point.self, Ack.self, SummaryRequest.self, Report.self, FileDescriptorProto.self,
    Singles.self, Optionals.self, Repeats.self, Choice.self, Maps.self,
  ]
  let bytes = [UInt8](UnsafeBufferPointer(start: start + 1, count: count - 1))
  types[Int(start[0]) % types.count].recode(bytes)
  return 0
}

extension Message {
  fileprivate static func recode(_ bytes: [UInt8]) {
    guard let message = try? Self(decoding: bytes) else { return }
    let encoded = message.encoded()
    guard let again = try? Self(decoding: encoded) else {
      preconditionFailure("what was encoded does not decode")
    }
    precondition(encoded.count == message.encodedSize)
    precondition(encoded.count == again.encodedSize)
  }
}
