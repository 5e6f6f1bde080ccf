// SPDX-License-Identifier: Apache-2.0

/// A node's name in its cluster: 1 to 63 letters, digits, `.`, `_` or `-`. Placement goes by it, so
/// a node that comes back under the same id gets the same partitions.
public struct NodeID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The id as text.
  public let text: String

  /// The id, or nil when the text is none.
  public init?(_ text: String) {
    guard (1...RouterLimits.nodeIDBytesMax).contains(text.utf8.count),
      text.utf8.allSatisfy(NodeID.isAllowed)
    else { return nil }
    self.text = text
  }

  /// The text.
  public var description: String { text }

  /// By bytes.
  public static func < (left: NodeID, right: NodeID) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }
}
