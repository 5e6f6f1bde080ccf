// SPDX-License-Identifier: Apache-2.0

/// The outcome of a call: a code, a text for people, and optionally bytes for programs.
///
/// Source: <https://github.com/grpc/grpc/blob/master/doc/statuscodes.md>.
public struct RPCStatus: Sendable, Hashable {
  /// The seventeen codes of gRPC; the raw value is what `grpc-status` carries.
  public enum Code: Int, Sendable, Hashable, CaseIterable {
    case ok = 0
    case cancelled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16
  }

  /// What happened, in one of the seventeen words.
  public var code: Code
  /// Unicode text; percent-encoded only on the wire.
  public var message: String
  /// The bytes of `grpc-status-details-bin`: a serialized `google.rpc.Status`, or nothing.
  public var details: [UInt8]?

  /// Makes a status.
  public init(_ code: Code, _ message: String = "", details: [UInt8]? = nil) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// Success.
  public static let ok = RPCStatus(.ok)
}

/// A call that did not end well: what handlers throw and callers catch.
public struct RPCError: Error, Sendable, Hashable {
  /// Never `.ok`.
  public var status: RPCStatus
  /// Trailing metadata that goes, or came, with the status.
  public var trailers: Metadata

  /// Makes an error; `code` must not be `.ok`.
  public init(_ status: RPCStatus, trailers: Metadata = Metadata()) {
    precondition(status.code != .ok, "an error needs a status other than OK")
    self.status = status
    self.trailers = trailers
  }

  /// Makes an error from its parts.
  public init(_ code: RPCStatus.Code, _ message: String) {
    self.init(RPCStatus(code, message))
  }
}
