// SPDX-License-Identifier: Apache-2.0
internal import Protobuf
public import RPC
internal import RPCServices

/// Runs the cases of gRPC's interoperability tests against a server.
///
/// Source: <https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md>, "Client".
public struct InteropClient: Sendable {
  let channel: Channel
  private let metadata: Metadata

  /// A client of the server behind `channel`.
  ///
  /// - Parameter metadata: sent with every call.
  public init(_ channel: Channel, metadata: Metadata = Metadata()) {
    self.channel = channel
    self.metadata = metadata
  }

  /// Runs one case.
  ///
  /// - Throws: ``InteropFailure``, or `RPCError` for a call that had to succeed.
  public func run(_ interopCase: InteropCase) async throws {
    switch interopCase {
    case .emptyUnary: try await emptyUnary()
    case .largeUnary: try await largeUnary()
    case .clientCompressedUnary: try await clientCompressedUnary()
    case .serverCompressedUnary: try await serverCompressedUnary()
    case .clientStreaming: try await clientStreaming()
    case .clientCompressedStreaming: try await clientCompressedStreaming()
    case .serverStreaming: try await serverStreaming()
    case .serverCompressedStreaming: try await serverCompressedStreaming()
    case .pingPong: try await pingPong()
    case .emptyStream: try await emptyStream()
    case .customMetadata: try await customMetadata()
    case .statusCodeAndMessage: try await statusCodeAndMessage("test status message")
    case .specialStatusMessage:
      try await statusOfUnaryCall(
        "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")
    case .unimplementedMethod: try await unimplemented(TestService.unimplementedCall)
    case .unimplementedService: try await unimplemented(UnimplementedService.unimplementedCall)
    case .cancelAfterBegin: try await cancelAfterBegin()
    case .cancelAfterFirstResponse: try await cancelAfterFirstResponse()
    case .timeoutOnSleepingServer: try await timeoutOnSleepingServer()
    case .cacheableUnary: try await cacheableUnary()
    }
  }

  /// Options of a call that must not hang.
  var options: CallOptions {
    var options = CallOptions()
    options.metadata = metadata
    options.timeout = InteropLimits.caseTimeout
    options.messageBytesMax = InteropLimits.messageBytesMax
    return options
  }

  var compressing: CallOptions {
    var options = options
    options.encoding = .gzip
    return options
  }
}

extension SimpleRequest {
  /// What most unary cases send: 271828 bytes, for 314159 in return.
  static func large() throws(RPCError) -> SimpleRequest {
    var request = SimpleRequest()
    request.responseSize = 314_159
    request.payload = try Payload(zeros: 271_828)
    return request
  }
}

extension SimpleResponse {
  /// Fails unless this answers ``SimpleRequest/large()``.
  func requireLarge() throws(InteropFailure) {
    try payload.requireZeros(314_159)
  }
}

extension Payload? {
  /// Fails unless the payload is so many zero bytes.
  func requireZeros(_ count: Int) throws(InteropFailure) {
    let body = self?.body ?? []
    try require("the payload's size", body.count, is: count)
    try require("every byte of the payload being zero", body.allSatisfy { $0 == 0 }, is: true)
  }
}

/// The status with which `body` fails, OK if it does not.
func statusOf(_ body: () async throws -> Void) async throws -> RPCStatus {
  do {
    try await body()
    return .ok
  } catch let error as RPCError {
    return error.status
  }
}
