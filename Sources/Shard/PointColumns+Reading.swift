// SPDX-License-Identifier: Apache-2.0

/// What a batch holds, row by row, for who sends it elsewhere. Nothing here allocates, and each row
/// is checked to be one.
extension PointColumns {
  /// `SeriesKey.hash` of the row's key.
  @inlinable
  public func hash(_ row: Int) -> UInt64 {
    check(row)
    return unsafe hashes[row]
  }

  /// The row's value.
  @inlinable
  public func value(_ row: Int) -> Double {
    check(row)
    return unsafe values[row]
  }

  /// The row's time, Unix seconds.
  @inlinable
  public func time(_ row: Int) -> Int64 {
    check(row)
    return unsafe times[row]
  }

  /// The number of the row's `telemetry.MetricKind`.
  @inlinable
  public func kind(_ row: Int) -> UInt8 {
    check(row)
    return unsafe kinds[row]
  }

  /// No row has a kind.
  @inlinable
  public var hasNoKinds: Bool { unsafe kindBits == 0 }

  /// The caller's tag of the row.
  @inlinable
  public func ordinal(_ row: Int) -> UInt32 {
    check(row)
    return unsafe ordinals[row]
  }

  /// Where the row's name lies in what ``withNames(_:)`` shows. It begins at a multiple of eight,
  /// and zeros follow up to the next one.
  @inlinable
  public func nameRange(_ row: Int) -> Range<Int> {
    check(row)
    let name = unsafe names[row]
    let offset = Int(truncatingIfNeeded: name.offset)
    return unsafe Range(uncheckedBounds: (offset, offset &+ Int(truncatingIfNeeded: name.length)))
  }

  /// Shows the bytes of all names, a multiple of eight.
  @inlinable
  public func withNames<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe UnsafeRawBufferPointer(start: arena, count: nameBytes).bytes)
  }

  /// Appends the values of these rows.
  public func copyValues(_ rows: Range<Int>, to output: inout OutputSpan<Double>) {
    check(rows)
    unsafe copy(values, rows, to: &output)
  }

  /// Appends the times of these rows, Unix seconds.
  public func copyTimes(_ rows: Range<Int>, to output: inout OutputSpan<Int64>) {
    check(rows)
    unsafe copy(times, rows, to: &output)
  }

  /// Appends the kinds of these rows.
  public func copyKinds(_ rows: Range<Int>, to output: inout OutputSpan<UInt8>) {
    check(rows)
    unsafe copy(kinds, rows, to: &output)
  }

  @inlinable @inline(__always)
  func check(_ row: Int) {
    precondition(row >= 0 && row < count, "no such row")
  }

  private func check(_ rows: Range<Int>) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "no such rows")
  }

  private func copy<Element: BitwiseCopyable>(
    _ column: UnsafeMutablePointer<Element>, _ rows: Range<Int>,
    to output: inout OutputSpan<Element>
  ) {
    precondition(output.freeCapacity >= rows.count, "no room")
    unsafe output.withUnsafeMutableBufferPointer { buffer, written in
      let source = unsafe UnsafeBufferPointer(start: column + rows.lowerBound, count: rows.count)
      let target = buffer.extracting(written..<written + rows.count)
      _ = unsafe target.initialize(fromContentsOf: source)
      written += rows.count
    }
  }
}
