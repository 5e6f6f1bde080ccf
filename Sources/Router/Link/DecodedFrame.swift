// SPDX-License-Identifier: Apache-2.0

/// The rows of a frame as its receiver got them, all checked: names are series keys,
/// values are numbers, times are within what clocks can say, kinds are known. Whether the times are
/// in the window is not.
///
/// Keep it no longer than needed: a decoder that learns names while an older frame is kept copies
/// its table.
public struct DecodedFrame: Sendable {
  @usableFromInline
  struct Name: Sendable {
    @usableFromInline let hash: UInt64
    @usableFromInline let offset: UInt32
    @usableFromInline let length: UInt32
  }

  /// The bytes of all names, for ``nameRange(_:)``.
  public let names: [UInt8]
  @usableFromInline let table: [Name]
  @usableFromInline let ids: [UInt32]
  @usableFromInline let values: [Double]
  @usableFromInline let times: [Int64]
  /// Empty: no row has a kind.
  @usableFromInline let kinds: [UInt8]
  /// Rows of batches that may come again, in row order.
  public let origins: [FrameOrigin]

  /// Rows.
  @inlinable public var count: Int { ids.count }

  /// `SeriesKey.hash` of the row's key.
  @inlinable public func hash(_ row: Int) -> UInt64 { table[Int(ids[row])].hash }

  /// The row's value.
  @inlinable public func value(_ row: Int) -> Double { values[row] }

  /// The row's time, Unix seconds.
  @inlinable public func time(_ row: Int) -> Int64 { times[row] }

  /// The number of the row's `telemetry.MetricKind`.
  @inlinable public func kind(_ row: Int) -> UInt8 { kinds.isEmpty ? 0 : kinds[row] }

  /// Shows the bytes of all names, for ``nameRange(_:)``.
  @inlinable
  public func withNames<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(names.span.bytes)
  }

  /// Where the row's name lies in ``names``.
  @inlinable public func nameRange(_ row: Int) -> Range<Int> {
    let name = table[Int(ids[row])]
    return Int(name.offset)..<Int(name.offset) + Int(name.length)
  }
}
