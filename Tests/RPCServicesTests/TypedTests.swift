// SPDX-License-Identifier: Apache-2.0
import Interop
import Protobuf
import RPC
import RPCServices
import Testing

@Suite("Typed methods and calls")
struct TypedTests {
  typealias In = StreamingInputCallRequest
  typealias Out = StreamingOutputCallResponse

  /// Bytes that are no message: a field that ends within its length.
  static let malformed: [UInt8] = [0x0A, 0x05, 0x01]

  /// Every kind of call, over payload sizes.
  static let service = Service(
    name: TestService.name,
    methods: [
      .unary(TestService.unaryCall) { request, context in
        context.trailers.append("size", "\(request.responseSize)")
        return .with { $0.username = "\(request.responseSize)" }
      },
      .clientStreaming(TestService.streamingInputCall) { requests, _ in
        var count: Int32 = 0
        for try await _ in requests { count += 1 }
        return .with { $0.aggregatedPayloadSize = count }
      },
      .serverStreaming(TestService.streamingOutputCall) { request, writer, _ in
        for wanted in request.responseParameters {
          try await writer.write(.ofSize(wanted.size))
        }
      },
      .bidirectional(TestService.fullDuplexCall) { requests, writer, _ in
        try await writer.sendInitialMetadata()
        for try await request in requests {
          try await writer.write(.ofSize(Int32(request.responseParameters.count)))
        }
      },
    ])

  private func request(_ sizes: [Int32]) -> StreamingOutputCallRequest {
    .with { $0.responseParameters = sizes.map { size in .with { $0.size = size } } }
  }

  @Test("a unary call gives its response and what came around it")
  func unary() async throws {
    try await withServer([Self.service]) { channel, _ in
      let response = try await channel.unary(
        TestService.unaryCall, .with { $0.responseSize = 7 })
      #expect(response.message.username == "7")
      #expect(response.trailers.first("size") == "7")
      #expect(!response.wasCompressed)
    }
  }

  @Test("a client's stream is answered once")
  func clientStreaming() async throws {
    try await withServer([Self.service]) { channel, _ in
      let call = try await channel.open(TestService.streamingInputCall)
      for _ in 0..<5 { try await call.send(In()) }
      #expect(try await call.response().aggregatedPayloadSize == 5)
    }
  }

  @Test("a server's stream is a sequence")
  func serverStreaming() async throws {
    try await withServer([Self.service]) { channel, _ in
      let call = try await channel.serverStreaming(
        TestService.streamingOutputCall, request([3, 1, 2]))
      var sizes: [Int?] = []
      for try await response in call { sizes.append(response.payload?.body.count) }
      #expect(sizes == [3, 1, 2])
    }
  }

  @Test("both sides stream at once")
  func bidirectional() async throws {
    try await withServer([Self.service]) { channel, _ in
      let call = try await channel.open(TestService.fullDuplexCall)
      _ = try await call.call.initialMetadata()
      for count in 1...3 {
        try await call.send(request([Int32](repeating: 0, count: count)))
        #expect(try await call.next()?.payload?.body.count == count)
      }
      try await call.finishSending()
      #expect(try await call.next() == nil)
    }
  }

  @Test(
    "a request that is no such message is INTERNAL, with the place",
    arguments: ["UnaryCall", "StreamingInputCall", "StreamingOutputCall", "FullDuplexCall"])
  func malformedRequest(_ method: String) async throws {
    try await withServer([Self.service]) { channel, _ in
      let end = try await status {
        let call = try await channel.open("/\(TestService.name)/\(method)")
        try await call.send(Self.malformed)
        try await call.finishSending()
        while try await call.next() != nil {}
      }
      #expect(end.code == .internal)
      #expect(end.message.contains("at byte 1 in field"), "\(end.message)")
    }
  }

  @Test("a response that is no such message is INTERNAL at the client")
  func malformedResponse() async throws {
    let service = Service(
      name: TestService.name,
      methods: [ServiceMethod(TestService.emptyCall, .unary { _, _ in Self.malformed })])
    try await withServer([service]) { channel, _ in
      let end = try await status { _ = try await channel.unary(TestService.emptyCall, Empty()) }
      #expect(end.code == .internal)
    }
  }

  @Test("a call of one message that gets none or two is UNIMPLEMENTED", arguments: [0, 2])
  func cardinality(_ count: Int) async throws {
    try await withServer([Self.service]) { channel, _ in
      for method in ["UnaryCall", "StreamingOutputCall"] {
        let end = try await status {
          let call = try await channel.open("/\(TestService.name)/\(method)")
          for _ in 0..<count { try await call.send([]) }
          try await call.finishSending()
          while try await call.next() != nil {}
        }
        #expect(end.code == .unimplemented, "\(method)")
      }
    }
  }
}

extension StreamingOutputCallResponse {
  fileprivate static func ofSize(_ size: Int32) -> StreamingOutputCallResponse {
    .with { $0.payload = .with { $0.body = [UInt8](repeating: 1, count: Int(size)) } }
  }
}
