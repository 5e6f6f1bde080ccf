// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

@Suite("A status on the wire")
struct StatusWireTests {
  @Test("comes back from its trailers", arguments: RPCStatus.Code.allCases)
  func roundTrip(code: RPCStatus.Code) {
    let status = RPCStatus(code, "\t100 % ☺\r\n", details: [1, 2, 255])
    #expect(RPCStatus(trailers: status.trailerFields) == status)
  }

  @Test("has only grpc-status when it has no more to say")
  func minimal() {
    #expect(RPCStatus.ok.trailerFields == [HeaderField("grpc-status", "0")])
    #expect(RPCStatus(trailers: RPCStatus.ok.trailerFields) == .ok)
  }

  @Test(
    "is UNKNOWN when malformed",
    arguments: ["", "17", "-1", "x", "00", "+1", "99999999999999999999"])
  func malformed(value: String) {
    let fields = [HeaderField("grpc-status", value), HeaderField("grpc-message", "why")]
    #expect(
      RPCStatus(trailers: fields)
        == RPCStatus(.unknown, "grpc-status \(value) is no known code: why"))
  }

  @Test("is missing when there is no grpc-status")
  func missing() {
    #expect(RPCStatus(trailers: [HeaderField("grpc-message", "why")]) == nil)
  }

  @Test("loses details that are no base64, nothing else")
  func badDetails() {
    let fields = [
      HeaderField("grpc-status", "5"), HeaderField("grpc-status-details-bin", "!"),
    ]
    #expect(RPCStatus(trailers: fields) == RPCStatus(.notFound))
  }

  @Test(
    "is made up from an HTTP status that is no gRPC answer",
    arguments: [
      (400, .internal), (401, .unauthenticated), (403, .permissionDenied), (404, .unimplemented),
      (429, .unavailable), (431, .internal), (502, .unavailable), (503, .unavailable),
      (504, .unavailable), (200, .unknown), (500, .unknown), (302, .unknown),
    ] as [(Int, RPCStatus.Code)])
  func http(status: Int, code: RPCStatus.Code) {
    #expect(RPCStatus(httpStatus: status, contentType: "text/html").code == code)
  }

  @Test(
    "is made up from the error code of a reset",
    arguments: [
      (0, .internal), (1, .internal), (2, .internal), (3, .internal), (4, .internal),
      (5, .internal), (6, .internal), (7, .unavailable), (8, .cancelled), (9, .internal),
      (10, .internal), (11, .resourceExhausted), (12, .permissionDenied), (13, .internal),
      (14, .unknown), (0xFFFF_FFFF, .unknown),
    ] as [(UInt32, RPCStatus.Code)])
  func reset(error: UInt32, code: RPCStatus.Code) {
    #expect(RPCStatus(resetWith: error).code == code)
  }
}

@Suite("A content type")
struct ContentTypeTests {
  @Test(
    "is gRPC's",
    arguments: [
      "application/grpc", "application/grpc+proto", "application/grpc+json", "application/grpc+x",
      "application/grpc;charset=utf-8", "application/grpc ; a=b", "Application/gRPC+proto",
      "application/grpc+proto; a=b",
    ])
  func accepted(value: String) {
    #expect(ContentType.isGRPC(Array(value.utf8)))
  }

  @Test(
    "is another protocol's",
    arguments: [
      "", "application/json", "application/grpc-web", "application/grpc-web+proto",
      "application/grpcx", "application/grp", "text/plain", "application/grpc proto",
    ])
  func refused(value: String) {
    #expect(!ContentType.isGRPC(Array(value.utf8)))
  }
}
