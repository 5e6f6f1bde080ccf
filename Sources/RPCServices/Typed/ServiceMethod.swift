// SPDX-License-Identifier: Apache-2.0
public import Protobuf
public import RPC

/// A method with its handler: what a typed service is put together from.
public struct ServiceMethod: Sendable {
  /// The service that the method belongs to, with its package.
  public let service: String
  /// The method alone.
  public let name: String
  /// What is done with its calls.
  public let handler: Handler

  /// A method whose handler takes bytes: a bulk sink, or one that asks how a message was sent.
  /// ``Protobuf/Message/init(request:)`` parses a message as typed handlers do.
  public init<Request, Response>(_ method: RPCMethod<Request, Response>, _ handler: Handler) {
    service = method.service
    name = method.name
    self.handler = handler
  }
}

extension ServiceMethod {
  /// One request, one response.
  public static func unary<Request, Response>(
    _ method: RPCMethod<Request, Response>,
    _ handle: @escaping @Sendable (Request, ServerContext) async throws -> Response
  ) -> ServiceMethod {
    method.require(clientStreams: false, serverStreams: false)
    return ServiceMethod(
      method,
      .unary { message, context in
        try await handle(Request(request: message), context).encoded()
      })
  }

  /// A stream of requests, one response.
  public static func clientStreaming<Request, Response>(
    _ method: RPCMethod<Request, Response>,
    _ handle: @escaping @Sendable (TypedRequests<Request>, ServerContext) async throws -> Response
  ) -> ServiceMethod {
    method.require(clientStreams: true, serverStreams: false)
    return ServiceMethod(
      method,
      .streaming { requests, writer, context in
        let response = try await handle(TypedRequests(requests), context)
        try await writer.write(response.encoded())
      })
  }

  /// One request, a stream of responses. The handler runs when the client has sent all.
  public static func serverStreaming<Request, Response>(
    _ method: RPCMethod<Request, Response>,
    _ handle:
      @escaping @Sendable (Request, TypedWriter<Response>, ServerContext) async throws -> Void
  ) -> ServiceMethod {
    method.require(clientStreams: false, serverStreams: true)
    return ServiceMethod(
      method,
      .streaming { requests, writer, context in
        let request = try Request(request: await requests.only())
        try await handle(request, TypedWriter(writer), context)
      })
  }

  /// A stream of requests, a stream of responses.
  public static func bidirectional<Request, Response>(
    _ method: RPCMethod<Request, Response>,
    _ handle:
      @escaping @Sendable (TypedRequests<Request>, TypedWriter<Response>, ServerContext)
      async throws -> Void
  ) -> ServiceMethod {
    method.require(clientStreams: true, serverStreams: true)
    return ServiceMethod(
      method,
      .streaming { requests, writer, context in
        try await handle(TypedRequests(requests), TypedWriter(writer), context)
      })
  }
}

extension RPCMethod {
  fileprivate func require(clientStreams: Bool, serverStreams: Bool) {
    precondition(
      self.clientStreams == clientStreams && self.serverStreams == serverStreams,
      "\(path) is a call of another kind")
  }
}

extension Service {
  /// A service of typed methods, which must be those of `name` and differ. Methods that are left
  /// out are UNIMPLEMENTED.
  public init(name: String, methods: [ServiceMethod]) {
    for method in methods {
      precondition(method.service == name, "\(method.name) is a method of \(method.service)")
    }
    self.init(
      name: name,
      methods: Dictionary(uniqueKeysWithValues: methods.map { ($0.name, $0.handler) }))
  }
}
