// SPDX-License-Identifier: Apache-2.0
public import Protobuf
public import RPC

/// A client's streaming call with typed messages. Its responses are an `AsyncSequence`, which ends
/// when the server ends the call with OK and throws `RPCError` when it ends otherwise.
///
/// A call that nobody holds any more is cancelled.
public struct TypedCall<Request: Message, Response: Message>: AsyncSequence, Sendable {
  /// The call underneath: metadata, status, and messages as bytes.
  public let call: ClientCall

  /// Types the messages of `call`.
  public init(_ call: ClientCall) { self.call = call }

  /// Sends a request; waits while too many bytes wait for the server already.
  ///
  /// - Parameter compress: false sends this one as it is, whatever the call's encoding.
  /// - Throws: `RPCError` when the call is over, with its status.
  public func send(_ request: Request, compress: Bool = true) async throws {
    try await call.send(request.encoded(), compress: compress)
  }

  /// Tells the server that no request follows.
  public func finishSending() async throws { try await call.finishSending() }

  /// The next response, or nil once the server has ended the call with OK.
  public func next() async throws -> Response? {
    guard let message = try await call.next() else { return nil }
    return try Response(response: message)
  }

  /// Ends the requests and waits for the response of a call that has exactly one.
  ///
  /// - Throws: `RPCError`; UNIMPLEMENTED when there was none or a second, as gRPC prescribes.
  public func response() async throws -> Response {
    do {
      try await call.finishSending()
    } catch is RPCError {
      // The call ended early; how, is what is read now.
    }
    guard let response = try await next() else {
      throw RPCError(.unimplemented, "the server answered without a message")
    }
    guard try await call.next() == nil else {
      call.cancel()
      throw RPCError(.unimplemented, "the server answered with more than one message")
    }
    return response
  }

  /// Ends the call with CANCELLED, on both sides.
  public func cancel() { call.cancel() }

  /// Takes responses; one consumer at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let call: TypedCall

    /// The next response.
    public mutating func next() async throws -> Response? { try await call.next() }
  }

  /// Starts to take responses.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call: self) }
}
