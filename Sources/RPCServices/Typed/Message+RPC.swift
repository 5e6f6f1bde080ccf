// SPDX-License-Identifier: Apache-2.0
public import Protobuf
public import RPC

extension Message {
  /// Parses what a client sent.
  ///
  /// - Throws: INTERNAL with the place and the reason, which is what gRPC's list of status codes
  ///   prescribes for a request that cannot be parsed (`doc/statuscodes.md`). A method that can say
  ///   more about its caller's mistake takes the bytes itself (``ServiceMethod/init(_:_:)``).
  public init(request: ReceivedMessage) throws(RPCError) {
    do {
      try self.init(decoding: request.bytes)
    } catch {
      throw RPCError(.internal, "the request is no \(Self.fullName): \(error)")
    }
  }

  /// Parses what a server answered.
  ///
  /// - Throws: INTERNAL, for the same reason.
  public init(response: ReceivedMessage) throws(RPCError) {
    do {
      try self.init(decoding: response.bytes)
    } catch {
      throw RPCError(.internal, "the response is no \(Self.fullName): \(error)")
    }
  }
}
