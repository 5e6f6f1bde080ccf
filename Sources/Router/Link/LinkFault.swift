// SPDX-License-Identifier: Apache-2.0

/// What a receiver's answer got wrong. The stream must be closed; nothing of the message counts.
public struct LinkFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Not a message of the protocol, or one out of its place.
    case malformed
    /// Another node answered than was asked for.
    case wrongPeer
    /// The peer is older than one that has been heard of.
    case stalePeer
    /// It acks or rejects what was not sent.
    case wrongAck
  }

  /// What is wrong.
  public let kind: Kind
  /// In words, for people.
  public let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// As in `wrongAck: ...`.
  public var description: String { "\(kind.rawValue): \(message)" }
}
