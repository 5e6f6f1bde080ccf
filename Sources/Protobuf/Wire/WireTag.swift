// SPDX-License-Identifier: Apache-2.0

/// How the value after a tag is laid out.
///
/// Source: https://protobuf.dev/programming-guides/encoding/
@frozen
public enum WireType: UInt8, Sendable {
  /// A base-128 number of one to ten bytes.
  case varint = 0
  /// Eight bytes, little endian.
  case fixed64 = 1
  /// A varint length and so many bytes.
  case lengthDelimited = 2
  /// The start of a group, which ends at the matching ``groupEnd``.
  case groupStart = 3
  /// The end of a group.
  case groupEnd = 4
  /// Four bytes, little endian.
  case fixed32 = 5
}

/// A field number and the layout of the value that follows it.
@frozen
public struct WireTag: Sendable, Hashable {
  /// The field's number, 1 to 2^29 - 1.
  public let field: Int
  /// The layout of its value.
  public let wireType: WireType

  /// A tag of a field known to be legal.
  @inlinable
  public init(field: Int, wireType: WireType) {
    self.field = field
    self.wireType = wireType
  }

  /// The number that stands for the tag on the wire.
  @inlinable
  public var rawValue: UInt64 { UInt64(field) << 3 | UInt64(wireType.rawValue) }
}
