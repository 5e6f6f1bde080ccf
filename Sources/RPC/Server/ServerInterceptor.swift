// SPDX-License-Identifier: Apache-2.0

/// Stands around the handling of every call: before it, after it, or instead of it.
public protocol ServerInterceptor: Sendable {
  /// Handles one call by calling `proceed` once, or refuses it by throwing ``RPCError`` instead.
  /// What `proceed` throws is the call's failure; what this throws is what the client gets.
  func intercept(_ context: ServerContext, proceed: () async throws -> Void) async throws
}

/// Runs `handler` inside all interceptors, the first outermost.
func intercepted(
  _ context: ServerContext, by interceptors: ArraySlice<any ServerInterceptor>,
  _ handler: () async throws -> Void
) async throws {
  guard let first = interceptors.first else { return try await handler() }
  try await first.intercept(context) {
    try await intercepted(context, by: interceptors.dropFirst(), handler)
  }
}
