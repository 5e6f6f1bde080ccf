// SPDX-License-Identifier: Apache-2.0

/// What a server does with the calls of one method. Messages are bytes here; typed methods are a
/// layer above.
public enum Handler: Sendable {
  /// One message in, one out. Runs as a task of its own on the global executor.
  case unary(@Sendable (ReceivedMessage, ServerContext) async throws -> [UInt8])
  /// Any number of messages in and out, for control traffic: each message is an array.
  case streaming(@Sendable (RequestStream, ResponseWriter, ServerContext) async throws -> Void)
  /// Many messages in, one answer: whole runs of messages are handed to a sink in place, on the
  /// connection's loop. The closure is called on that loop, once a call.
  case bulk(@Sendable (BulkCall) -> any BulkSink)
}

/// A named set of methods.
public struct Service: Sendable {
  /// The full name, as in `package.Service`.
  public var name: String
  /// Handlers by method name (`Method`, without the service).
  public var methods: [String: Handler]

  /// Makes a service.
  public init(name: String, methods: [String: Handler]) {
    self.name = name
    self.methods = methods
  }
}
