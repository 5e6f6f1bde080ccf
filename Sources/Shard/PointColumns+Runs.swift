// SPDX-License-Identifier: Apache-2.0

extension PointColumns {
  /// Adds points of one series, as many as there is room for, and says how many: 0 when the batch
  /// is full. The name is kept once for all of them. O(key + rows).
  ///
  /// - Parameters:
  ///   - hash: `SeriesKey.hash` of the key `source[range]`.
  ///   - kind: the number of its `telemetry.MetricKind`.
  ///   - rows: which of `values` and `times` they are.
  ///   - times: Unix seconds, as ``Admission`` gave them; empty: all are at `time`.
  ///   - firstOrdinal: the caller's tag of row 0; those of others count on.
  /// - Precondition: the name alone fits an empty batch; `values` and `times` have the rows.
  public func append(
    hash: UInt64, nameFrom source: RawSpan, range: Range<Int>, kind: UInt8, rows: Span<UInt32>,
    values: Span<Double>, times: Span<Int64>, time: Int64, firstOrdinal: UInt32
  ) -> Int {
    let length = range.count
    let padded = (length + 7) & ~7
    precondition(range.lowerBound >= 0 && range.upperBound <= source.byteCount)
    precondition(padded <= nameBytesMax, "name longer than an empty batch")
    let count = unsafe min(rows.count, rowsMax - self.rows)
    guard count > 0, unsafe nameBytesMax - nameBytes >= padded else { return 0 }
    let name = unsafe NameReference(
      offset: UInt32(truncatingIfNeeded: nameBytes), length: UInt32(truncatingIfNeeded: length))
    let first = unsafe self.rows
    // Locals: fields would be loaded anew after each write.
    let (hashes, names, kinds) = unsafe (
      self.hashes + first, self.names + first, self.kinds + first
    )
    let (ordinals, columnValues, columnTimes) = unsafe (
      self.ordinals + first, self.values + first, self.times + first
    )
    for place in 0..<count {
      let row = rows[place]
      unsafe hashes[place] = hash
      unsafe names[place] = name
      unsafe kinds[place] = kind
      unsafe ordinals[place] = firstOrdinal &+ row
      unsafe columnValues[place] = values[Int(row)]
      unsafe columnTimes[place] = time
    }
    if !times.isEmpty {
      for place in 0..<count { unsafe columnTimes[place] = times[Int(rows[place])] }
    }
    unsafe kindBits |= kind
    unsafe hasRuns = true
    copyName(source, range)
    unsafe nameBytes += padded
    unsafe self.rows += count
    return count
  }
}
