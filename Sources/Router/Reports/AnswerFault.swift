// SPDX-License-Identifier: Apache-2.0
public import Protobuf

/// Why bytes are no answer to a question.
public enum AnswerFault: Error, Hashable, CustomStringConvertible {
  /// They are not the message that they should be.
  case malformed(DecodingError)
  /// The head is not there, or not only at the beginning.
  case headMisplaced
  /// A node's id or incarnation is none.
  case identityInvalid
  /// Series come before it is said whose they are.
  case sectionMissing
  /// Two sections have the same origin, or there are more than a cluster has nodes.
  case sectionRepeated
  /// The answering node says nothing of its own.
  case ownSectionMissing
  /// Columns do not have as many rows as announced.
  case columnsDiffer
  /// A name is no series key: empty or not UTF-8, with labels that no series has.
  case nameInvalid
  /// Statistics that no values have: negative counts, a minimum above the maximum.
  case statisticsInvalid
  /// More bytes than an answer may have.
  case tooLarge

  /// The fault in words.
  public var description: String {
    switch self {
    case .malformed(let error): "the answer is malformed: \(error)"
    case .headMisplaced: "the answer does not begin with its head, or has a second one"
    case .identityInvalid: "the answer names a node by an id that is none"
    case .sectionMissing: "the answer has series of no section"
    case .sectionRepeated: "the answer has more sections than origins"
    case .ownSectionMissing: "the answer has no section of the answering node's own"
    case .columnsDiffer: "the columns of the answer have different lengths"
    case .nameInvalid: "the answer has a name that no series has"
    case .statisticsInvalid: "the answer has statistics that no values have"
    case .tooLarge: "the answer is larger than \(RouterLimits.answerBytesMax) bytes"
    }
  }
}
