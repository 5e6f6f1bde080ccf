// SPDX-License-Identifier: Apache-2.0
import RPC
import TributaryClient

/// A failed call in words for people.
enum Failure {
  /// The status.
  static func text(_ error: RPCError) -> String {
    let message = error.status.message
    return word(error.status.code) + (message.isEmpty ? "" : ": \(message)")
  }

  /// Any error, and what can be done about it.
  static func advice(_ error: any Error) -> String {
    (error as? RPCError).map { advice($0) } ?? text(error)
  }

  /// The status, and what can be done about it.
  static func advice(_ error: RPCError) -> String {
    var text = text(error)
    switch error.status.code {
    case .unavailable where error.status.message.hasPrefix("cannot connect"):
      text += " (is a node running there? start one with `tributary serve`)"
    case .unimplemented: text += " (is this port a tributary node's?)"
    default: break
    }
    return text
  }

  /// Any error of a call.
  static func text(_ error: any Error) -> String {
    switch error {
    case let error as RPCError: text(error)
    case let error as CommandFailure: error.message
    case let error as SystemFailure: error.reason
    default: "\(error)"
    }
  }

  /// A client's error as a command ends with it.
  static func error(_ error: TributaryClient.ClientError) -> any Error {
    switch error {
    case .refused(_, let code, let message), .unreachable(_, let code, let message):
      RPCError(RPCStatus.Code(rawValue: code) ?? .unknown, message)
    default: CommandFailure(error.description)
    }
  }

  /// As in `deadline exceeded`.
  private static func word(_ code: RPCStatus.Code) -> String {
    "\(code)".map { $0.isUppercase ? " \($0.lowercased())" : String($0) }.joined()
  }
}
