// SPDX-License-Identifier: Apache-2.0

/// The cases that the client runs, under the names that all implementations share.
public enum InteropCase: String, CaseIterable, Sendable {
  case emptyUnary = "empty_unary"
  case largeUnary = "large_unary"
  case clientCompressedUnary = "client_compressed_unary"
  case serverCompressedUnary = "server_compressed_unary"
  case clientStreaming = "client_streaming"
  case clientCompressedStreaming = "client_compressed_streaming"
  case serverStreaming = "server_streaming"
  case serverCompressedStreaming = "server_compressed_streaming"
  case pingPong = "ping_pong"
  case emptyStream = "empty_stream"
  case customMetadata = "custom_metadata"
  case statusCodeAndMessage = "status_code_and_message"
  case specialStatusMessage = "special_status_message"
  case unimplementedMethod = "unimplemented_method"
  case unimplementedService = "unimplemented_service"
  case cancelAfterBegin = "cancel_after_begin"
  case cancelAfterFirstResponse = "cancel_after_first_response"
  case timeoutOnSleepingServer = "timeout_on_sleeping_server"
  case cacheableUnary = "cacheable_unary"
}

/// What a server, or the runtime, did otherwise than a case wants it.
public struct InteropFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// For people.
  public let description: String
}

/// Fails unless two values are the same; `what` names them for people.
func require<Value: Equatable>(
  _ what: String, _ value: Value, is wanted: Value
) throws(InteropFailure) {
  guard value != wanted else { return }
  throw InteropFailure(description: "\(what) is \(value), not \(wanted)")
}
