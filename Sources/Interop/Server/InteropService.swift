// SPDX-License-Identifier: Apache-2.0
public import Protobuf
public import RPC
internal import RPCServices

/// `grpc.testing.TestService`, as gRPC's interoperability tests describe their server.
///
/// Source: <https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md>, "Server".
/// `UnimplementedCall` is left out on purpose. Nobody is authenticated here, so the caller's name
/// and scope stay empty.
public struct InteropService: Sendable {
  /// What `server_id` is answered with.
  private let serverID: String
  /// What `hostname` is answered with.
  private let hostName: String

  /// Makes the service.
  public init(serverID: String, hostName: String = "") {
    self.serverID = serverID
    self.hostName = hostName
  }

  /// The files that define the service, for reflection.
  public static let files: [FileDescriptorBytes] = [
    TestService.file, .grpcTestingMessages, .grpcTestingEmpty,
  ]

  /// The service's handlers. Those that ask how a message was sent take bytes.
  public var service: Service {
    Service(
      name: TestService.name,
      methods: [
        .unary(TestService.emptyCall) { _, context in
          context.echoMetadata()
          return Empty()
        },
        ServiceMethod(TestService.unaryCall, .unary(answer)),
        ServiceMethod(
          TestService.cacheableUnaryCall,
          .unary { message, context in
            context.initialMetadata.append("cache-control", "max-age=60, public")
            return try answer(message, context)
          }),
        ServiceMethod(TestService.streamingInputCall, .streaming(Self.sumPayloads)),
        .serverStreaming(TestService.streamingOutputCall) { request, writer, context in
          context.echoMetadata()
          context.responseEncoding = .gzip
          try await request.respond(writer)
        },
        .bidirectional(TestService.fullDuplexCall) { requests, writer, context in
          context.echoMetadata()
          context.responseEncoding = .gzip
          for try await request in requests { try await request.respond(writer) }
        },
        .bidirectional(TestService.halfDuplexCall) { requests, writer, context in
          context.echoMetadata()
          context.responseEncoding = .gzip
          var held = HeldRequests()
          for try await request in requests { try held.append(request) }
          for request in held.requests { try await request.respond(writer) }
        },
      ])
  }

  private func answer(_ message: ReceivedMessage, _ context: ServerContext) throws -> [UInt8] {
    context.echoMetadata()
    let request = try SimpleRequest(request: message)
    try message.require(compressed: request.expectCompressed)
    try request.responseStatus?.fail()
    if let compressed = request.responseCompressed {
      context.responseEncoding = compressed.value ? .gzip : .identity
    }
    let payload = try Payload(zeros: request.responseSize, request.responseType)
    return SimpleResponse.with {
      $0.payload = payload
      if request.fillServerId { $0.serverId = serverID }
      $0.hostname = hostName
    }.encoded()
  }

  private static func sumPayloads(
    _ requests: RequestStream, _ writer: ResponseWriter, _ context: ServerContext
  ) async throws {
    context.echoMetadata()
    var sum: Int32 = 0
    for try await message in requests {
      let request = try StreamingInputCallRequest(request: message)
      try message.require(compressed: request.expectCompressed)
      sum &+= Int32(truncatingIfNeeded: request.payload?.body.count ?? 0)
    }
    let response = StreamingInputCallResponse.with { $0.aggregatedPayloadSize = sum }
    try await writer.write(response.encoded())
  }
}
