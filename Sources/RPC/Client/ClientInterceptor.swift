// SPDX-License-Identifier: Apache-2.0

/// What is about to be called, and how.
public struct ClientRequest: Sendable {
  /// As in `/package.Service/Method`.
  public var path: String
  /// Metadata, deadline and the rest.
  public var options: CallOptions
}

/// Stands around the opening of every call of a channel.
public protocol ClientInterceptor: Sendable {
  /// Opens a call by calling `proceed`, with the request as it is or changed; or refuses it by
  /// throwing ``RPCError``. The call's end can be watched through ``ClientCall/status()``.
  func intercept(
    _ request: ClientRequest, proceed: @Sendable (ClientRequest) async throws -> ClientCall
  ) async throws -> ClientCall
}

/// Opens a call inside all interceptors, the first outermost.
func intercepted(
  _ request: ClientRequest, by interceptors: ArraySlice<any ClientInterceptor>,
  _ open: @escaping @Sendable (ClientRequest) async throws -> ClientCall
) async throws -> ClientCall {
  guard let first = interceptors.first else { return try await open(request) }
  return try await first.intercept(request) {
    try await intercepted($0, by: interceptors.dropFirst(), open)
  }
}
