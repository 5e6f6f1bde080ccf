// SPDX-License-Identifier: Apache-2.0

/// Why a node ends.
enum NodeEnd: Sendable, Hashable {
  /// It was told to.
  case signal(Int32)
  /// It has handed over all that it had.
  case drained
  /// It must not go on.
  case failed(String)

  /// The end as the log has it.
  var text: String {
    switch self {
    case .signal(let number): Signals.name(number)
    case .drained: "drained"
    case .failed(let reason): reason
    }
  }
}
