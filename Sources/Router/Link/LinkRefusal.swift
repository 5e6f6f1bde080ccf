// SPDX-License-Identifier: Apache-2.0

/// Why a receiver ends a stream. Nothing of the message that caused it is applied.
///
/// It travels as a gRPC status; the trailer ``trailer`` has ``Kind/name``, so that the sender can
/// tell a refusal from a lost connection.
public struct LinkRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The trailer's key.
  public static let trailer = "tributary-refusal"

  /// What is refused. The raw values are the names on the wire and of counters.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Not a message of the protocol, or a body that does not decode.
    case malformed
    /// The checksum does not fit the frame.
    case checksum
    /// More rows or bytes than a frame may have.
    case tooLarge = "too-large"
    /// A row of a name that was not told on this stream.
    case unknownName = "unknown-name"
    /// Frames between the last one and this one are missing.
    case gap
    /// The sender belongs to another cluster.
    case wrongCluster = "wrong-cluster"
    /// The sender wants another node.
    case wrongReceiver = "wrong-receiver"
    /// The receiver knows a later life of the sender's.
    case staleIncarnation = "stale-incarnation"
    /// A later stream of the same sender has taken this one's place.
    case superseded
    /// The nodes keep different windows.
    case windowDiffers = "window-differs"
    /// The sender has left the cluster for good.
    case departed
    /// A message out of its place, or more under way than there is credit for.
    case protocolViolation = "protocol"

    /// Its name on the wire and as a counter's label.
    public var name: String { rawValue }

    /// The kind of that name, or nil when this node does not know it.
    public init?(name: String) { self.init(rawValue: name) }
  }

  /// What is refused.
  public let kind: Kind
  /// In words, for people.
  public let message: String

  /// As given.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// As in `gap: frame 9 came after 7`.
  public var description: String { "\(kind.name): \(message)" }
}
