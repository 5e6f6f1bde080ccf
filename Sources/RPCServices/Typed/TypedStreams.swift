// SPDX-License-Identifier: Apache-2.0
public import Protobuf
public import RPC

/// The requests of a streaming call, parsed one at a time as they are taken; flow control as in
/// ``RPC/RequestStream``. Throws `RPCError`, INTERNAL for bytes that are no such message.
public struct TypedRequests<Request: Message>: AsyncSequence, Sendable {
  private let bytes: RequestStream

  /// Parses what `bytes` gives.
  public init(_ bytes: RequestStream) { self.bytes = bytes }

  /// Takes requests; one consumer at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var bytes: RequestStream.AsyncIterator

    /// The next request, or nil when the client has sent its last.
    public mutating func next() async throws -> Request? {
      guard let message = try await bytes.next() else { return nil }
      return try Request(request: message)
    }
  }

  /// Starts to take requests.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(bytes: bytes.makeAsyncIterator())
  }
}

/// Where a handler writes the responses of a streaming call.
public struct TypedWriter<Response: Message>: Sendable {
  private let bytes: ResponseWriter

  /// Writes to `bytes`.
  public init(_ bytes: ResponseWriter) { self.bytes = bytes }

  /// Sends a response; waits while too many bytes wait for the client already.
  ///
  /// - Parameter compress: false sends this one as it is, whatever the call's encoding.
  /// - Throws: `RPCError` when the call is over.
  public func write(_ response: Response, compress: Bool = true) async throws {
    try await bytes.write(response.encoded(), compress: compress)
  }

  /// Sends the initial metadata now, rather than with the first response.
  public func sendInitialMetadata() async throws {
    try await bytes.sendInitialMetadata()
  }
}

extension RequestStream {
  /// The message of a call that has exactly one.
  ///
  /// - Throws: UNIMPLEMENTED when there is none or a second, as gRPC prescribes.
  public func only() async throws -> ReceivedMessage {
    var iterator = makeAsyncIterator()
    guard let message = try await iterator.next() else {
      throw RPCError(.unimplemented, "this method takes one message, and got none")
    }
    guard try await iterator.next() == nil else {
      throw RPCError(.unimplemented, "this method takes one message, and got more")
    }
    return message
  }
}
