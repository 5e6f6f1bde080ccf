// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

@Suite("Metadata")
struct MetadataFieldsTests {
  @Test(
    "takes in custom fields and leaves out the rest",
    arguments: [
      (HeaderField("x-key", "value"), .kept), (HeaderField("x-empty", ""), .kept),
      (HeaderField(":path", "/a/b"), .reserved), (HeaderField("grpc-timeout", "1S"), .reserved),
      (HeaderField("grpc-future-bin", "AA"), .reserved), (HeaderField("te", "trailers"), .reserved),
      (HeaderField("content-type", "application/grpc"), .reserved),
      (HeaderField("user-agent", "me"), .reserved),
      (HeaderField("content-length", "5"), .reserved),
      (HeaderField("x!", "value"), .droppedForName), (HeaderField("", "value"), .droppedForName),
      (HeaderField("X-Key", "value"), .droppedForName),
      (HeaderField("x-key", "é"), .droppedForText), (HeaderField("x-key", "a\tb"), .droppedForText),
      (HeaderField("x-bin", "!"), .droppedForBase64),
      (HeaderField("x-bin", "AA,!"), .droppedForBase64),
      (HeaderField("x-bin", "AA"), .kept),
    ] as [(HeaderField, Metadata.OnField)])
  func receives(field: HeaderField, expected: Metadata.OnField) {
    var metadata = Metadata()
    #expect(metadata.receive(field) == expected)
    #expect(metadata.entries.isEmpty == (expected != .kept))
  }

  @Test("splits joined binary values, padded or not, and keeps the order of equal keys")
  func joinedValues() {
    var metadata = Metadata()
    metadata.receive(HeaderField("x-bin", "AQ, Ag==,,AwQ"))
    metadata.receive(HeaderField("x-bin", "BQ"))
    #expect(metadata.entries.map(\.value) == [[1], [2], [], [3, 4], [5]])
  }

  @Test("trims text values and does not split them")
  func trims() {
    var metadata = Metadata()
    metadata.receive(HeaderField("x-list", "  a, b\t"))
    #expect(metadata.first("x-list") == "a, b")
  }

  @Test("comes back from the wire as it was sent")
  func roundTrip() throws {
    var metadata = Metadata()
    metadata.append("x-text", "some text, with a comma")
    metadata.append("x-data-bin", bytes: [0, 255, 44])
    metadata.append("x-text", "")
    var back = Metadata()
    for field in try metadata.fields() { #expect(back.receive(field) == .kept) }
    #expect(back == metadata)
  }

  @Test(
    "is refused before it is sent when HTTP/2 or gRPC forbid it",
    arguments: [
      ("", "v", .keyIllegal("")), ("X-Upper", "v", .keyIllegal("X-Upper")),
      ("x key", "v", .keyIllegal("x key")), (":path", "v", .keyIllegal(":path")),
      ("grpc-status", "0", .keyReserved("grpc-status")), ("te", "v", .keyReserved("te")),
      ("connection", "close", .keyReserved("connection")),
      ("x-key", "línea", .valueIllegal(key: "x-key")),
      ("x-key", "a\nb", .valueIllegal(key: "x-key")),
      ("x-key", " a", .valueIllegal(key: "x-key")),
    ] as [(String, String, MetadataError)])
  func refusesToSend(key: String, value: String, error: MetadataError) {
    var metadata = Metadata()
    metadata.append(key, value)
    #expect(throws: error) { try metadata.fields() }
  }
}
