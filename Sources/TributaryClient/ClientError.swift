// SPDX-License-Identifier: Apache-2.0
internal import RPC

extension TributaryClient {
  /// What can go wrong for those who wait for a client.
  public enum ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A text is no `host:port`.
    case endpointInvalid(String)
    /// The deadline passed with so many points not acknowledged; they are kept and sent further.
    case deadlinePassed(pointsMissing: Int, reason: String?)
    /// No endpoint takes batches: the last one's status, as a number and a text of gRPC.
    case refused(Endpoint, code: Int, message: String)
    /// No endpoint could be reached.
    case unreachable(Endpoint, code: Int, message: String)
    /// The client has been closed.
    case closed

    /// One sentence for people.
    public var description: String {
      switch self {
      case .endpointInvalid(let text): return "'\(text)' is no host:port"
      case .deadlinePassed(let points, let reason):
        return "\(points) points are not acknowledged" + (reason.map { " (\($0))" } ?? "")
      case .refused(let endpoint, let code, let message),
        .unreachable(let endpoint, let code, let message):
        return "\(endpoint): \(StatusText.text(code: code, message: message))"
      case .closed: return "the client is closed"
      }
    }
  }
}

/// A status in words.
enum StatusText {
  static func text(_ status: RPCStatus) -> String {
    text(code: status.code.rawValue, message: status.message)
  }

  /// As in `deadline exceeded: no ack for 10 s`.
  static func text(code: Int, message: String) -> String {
    let name = RPCStatus.Code(rawValue: code).map { "\($0)" } ?? "status \(code)"
    let word = name.map { $0.isUppercase ? " \($0.lowercased())" : String($0) }.joined()
    return word + (message.isEmpty ? "" : ": \(message)")
  }
}
