// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC

/// A failed call in words for people.
enum Failure {
  /// The status.
  static func text(_ error: RPCError) -> String {
    let message = error.status.message
    return word(error.status.code) + (message.isEmpty ? "" : ": \(message)")
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

  /// As in `deadline exceeded`.
  private static func word(_ code: RPCStatus.Code) -> String {
    "\(code)".map { $0.isUppercase ? " \($0.lowercased())" : String($0) }.joined()
  }
}

extension RPCError {
  /// The Ack so far of a stream of points that the node ended early; nil when it said none.
  ///
  /// - Throws: `DecodingError` for details that cannot be read.
  func partialAck() throws(DecodingError) -> Ack? {
    guard let details = status.details else { return nil }
    return try StatusDetails.decode(Ack.self, from: details)
  }
}

extension PushReport.Rejection {
  /// A reason as the node gave it.
  init(_ rejection: Rejection) {
    let name = rejection.reason.name ?? "REASON_\(rejection.reason.rawValue)"
    self.init(
      reason: name.hasPrefix("REJECT_REASON_") ? String(name.dropFirst(14)) : name,
      count: rejection.count, firstIndex: rejection.firstIndex, hint: rejection.hint)
  }
}
