// SPDX-License-Identifier: Apache-2.0
public import Protobuf
public import RPC

/// The response to a unary call, with what came around it.
public struct TypedResponse<Response: Message>: Sendable {
  /// The response.
  public var message: Response
  /// Whether it was sent compressed.
  public var wasCompressed: Bool
  /// What came before it.
  public var initialMetadata: Metadata
  /// What came after it.
  public var trailers: Metadata
}

extension Channel {
  /// Sends a request and waits for its response.
  ///
  /// - Throws: `RPCError` with the call's status.
  public nonisolated func unary<Request, Response>(
    _ method: RPCMethod<Request, Response>, _ request: Request,
    options: CallOptions = CallOptions()
  ) async throws -> TypedResponse<Response> {
    let answer = try await unary(method.path, request.encoded(), options: options)
    return TypedResponse(
      message: try Response(response: answer.message),
      wasCompressed: answer.message.wasCompressed,
      initialMetadata: answer.initialMetadata, trailers: answer.trailers)
  }

  /// Opens a call of any kind; its requests follow.
  ///
  /// - Throws: `RPCError`, UNAVAILABLE when there is no connection.
  public nonisolated func open<Request, Response>(
    _ method: RPCMethod<Request, Response>, options: CallOptions = CallOptions()
  ) async throws -> TypedCall<Request, Response> {
    TypedCall(try await open(method.path, options: options))
  }

  /// Sends one request and gives the stream of its responses.
  ///
  /// - Throws: `RPCError`, UNAVAILABLE when there is no connection.
  public nonisolated func serverStreaming<Request, Response>(
    _ method: RPCMethod<Request, Response>, _ request: Request,
    options: CallOptions = CallOptions()
  ) async throws -> TypedCall<Request, Response> {
    let call = try await open(method, options: options)
    do {
      try await call.send(request)
      try await call.finishSending()
    } catch is RPCError {
      // The call ended early; its responses tell how.
    }
    return call
  }
}
