// SPDX-License-Identifier: Apache-2.0
public import Protobuf

/// A point read in place: its name is an offset into the bytes it was read from.
@frozen
public struct PointView: Sendable, Hashable {
  /// Where the name starts, counted from the start of the span; 0 when there is no name.
  public let nameOffset: Int
  /// How many bytes the name has; 0 when there is no name.
  public let nameLength: Int
  /// The value; 0 when absent.
  public let value: Double
  /// The time as sent, Unix seconds; 0 when absent.
  public let time: Int64
  /// Where the labels lie, for a ``LabelReader``; empty when there are none.
  public let labels: Range<Int>
  /// The number of its ``MetricKind``; 0 when absent or unknown.
  public let kind: UInt8

  /// A point whose name lies at `nameOffset`.
  @inlinable
  public init(
    nameOffset: Int, nameLength: Int, value: Double, time: Int64, labels: Range<Int> = 0..<0,
    kind: UInt8 = 0
  ) {
    self.nameOffset = nameOffset
    self.nameLength = nameLength
    self.value = value
    self.time = time
    self.labels = labels
    self.kind = kind
  }

  /// Where the name lies in the span.
  @inlinable
  public var name: Range<Int> { nameOffset..<nameOffset + nameLength }
}

/// Why bytes are no point, and where. Without storage of its own: throwing it costs nothing.
@frozen
public struct PointError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public let reason: DecodingError.Reason
  /// Where, counted from the start of the span.
  public let offset: Int

  /// An error at an offset of the span.
  @inlinable
  public init(_ reason: DecodingError.Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// One line for people.
  public var description: String { "\(reason) at byte \(offset)" }
}
