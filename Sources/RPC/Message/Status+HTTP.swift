// SPDX-License-Identifier: Apache-2.0

/// The error codes of HTTP/2 (RFC 9113 section 7).
enum HTTP2ErrorCode: UInt32, Sendable, Hashable, CaseIterable {
  case noError = 0x0
  case protocolError = 0x1
  case internalError = 0x2
  case flowControlError = 0x3
  case settingsTimeout = 0x4
  case streamClosed = 0x5
  case frameSizeError = 0x6
  case refusedStream = 0x7
  case cancel = 0x8
  case compressionError = 0x9
  case connectError = 0xa
  case enhanceYourCalm = 0xb
  case inadequateSecurity = 0xc
  case http11Required = 0xd
}

extension RPCStatus {
  /// The status of a call whose stream the peer reset.
  ///
  /// Source: gRPC over HTTP/2, "Errors". That table has no row for STREAM_CLOSED (there should be
  /// no stream to tell) and HTTP_1_1_REQUIRED; they become INTERNAL, and unknown codes UNKNOWN.
  ///
  /// - Parameter code: the RST_STREAM frame's error code as received.
  init(resetWith code: UInt32) {
    guard let known = HTTP2ErrorCode(rawValue: code) else {
      self.init(.unknown, "stream reset with HTTP/2 error \(code)")
      return
    }
    switch known {
    case .noError, .protocolError, .internalError, .flowControlError, .settingsTimeout,
      .streamClosed, .frameSizeError, .compressionError, .connectError, .http11Required:
      self.init(.internal, "stream reset with HTTP/2 error \(code) (\(known))")
    case .refusedStream:
      self.init(.unavailable, "stream refused before it was processed")
    case .cancel:
      self.init(.cancelled, "stream cancelled by the peer")
    case .enhanceYourCalm:
      self.init(.resourceExhausted, "stream reset by the peer: too much bandwidth asked for")
    case .inadequateSecurity:
      self.init(.permissionDenied, "stream reset by the peer: the transport is not secure enough")
    }
  }

  /// The status of a call that was answered by something other than gRPC: no `grpc-status`, or a
  /// foreign content type. 1xx answers must be skipped before.
  ///
  /// Source: <https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md>.
  ///
  /// - Parameters:
  ///   - httpStatus: the number in `:status`.
  ///   - contentType: what the answer said of its body, for the message.
  init(httpStatus: Int, contentType: String?) {
    let code: Code =
      switch httpStatus {
      case 400, 431: .internal
      case 401: .unauthenticated
      case 403: .permissionDenied
      case 404: .unimplemented
      case 429, 502, 503, 504: .unavailable
      default: .unknown
      }
    let type = contentType.map { "content-type \($0)" } ?? "no content-type"
    self.init(code, "answer without grpc-status: HTTP status \(httpStatus), \(type)")
  }
}
