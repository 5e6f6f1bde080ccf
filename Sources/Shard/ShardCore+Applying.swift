// SPDX-License-Identifier: Apache-2.0

extension ShardCore {
  /// Takes a whole batch into the windows; what cannot be taken is listed in
  /// ``PointColumns/rejections``. O(rows); a few tens of nanoseconds a row.
  ///
  /// Rows go in groups, each in passes: find the records, read their names' lines, read their
  /// slices' lines, update. The misses of one pass overlap, where one row after the other would
  /// wait for each.
  public mutating func apply(_ batch: PointColumns, now: Int64) {
    advance(to: now)
    var row = 0
    while row < batch.count {
      let end = min(row + ShardLimits.lookaheadPoints, batch.count)
      lookUp(batch, row..<end)
      update(batch, row..<end)
      row = end
    }
    pointsRejected += batch.rejections.count
    pointsApplied += batch.count - batch.rejections.count
    sweepOn()
  }

  private mutating func lookUp(_ batch: PointColumns, _ rows: Range<Int>) {
    var sum: UInt64 = 0
    for row in rows { unsafe sum &+= table.touch(hash: batch.hashes[row]) }
    for row in rows {
      unsafe codes[row - rows.lowerBound] = unsafe BucketCode(batch.values[row])
    }
    for row in rows {
      unsafe lookahead[row - rows.lowerBound] = unsafe table.candidate(hash: batch.hashes[row])
    }
    for place in 0..<rows.count {
      guard let header = unsafe lookahead[place] else { continue }
      unsafe sum &+= Series(header).touch()
    }
    for place in 0..<rows.count {
      guard let header = unsafe lookahead[place], let slice = unsafe header.pointee.openSlice
      else { continue }
      // A slice may lie in two lines.
      unsafe sum &+= slice.pointee.sum.bitPattern &+ slice.pointee.squares.bitPattern
      unsafe sum &+= Series(header).touchCounter(codes[place])
    }
    touched &+= sum
  }

  private mutating func update(_ batch: PointColumns, _ rows: Range<Int>) {
    var time: Int64 = -1
    var slice: Int64 = -1
    for row in rows {
      let rowTime = unsafe batch.times[row]
      if rowTime != time {
        time = rowTime
        slice = time < 0 ? -1 : geometry.slice(time)
      }
      if slice < window.first || slice > window.last {
        batch.reject(row, slice < window.first ? .timeTooOld : .timeTooNew)
        continue
      }
      let name = unsafe batch.names[row]
      let bytes = unsafe UnsafeRawPointer(batch.arena + Int(name.offset))
      var header = unsafe lookahead[row - rows.lowerBound]
      if unsafe header == nil || !Series(header!).isNamed(bytes, length: Int(name.length)) {
        unsafe header = unsafe findOrCreate(batch.hashes[row], bytes, Int(name.length))
      }
      guard let header = unsafe header else {
        batch.reject(row, .seriesLimit)
        continue
      }
      let value = unsafe batch.values[row]
      let series = unsafe Series(header)
      if value.isFinite {
        let code = unsafe codes[row - rows.lowerBound]
        unsafe series.add(value, code, slice: slice, window, heap: &heap)
      } else {
        unsafe series.addInfinity(value, slice: slice, window, heap: &heap)
      }
      unsafe series.note(value, time: time, kind: batch.kinds[row])
    }
  }

  /// The record of a name, padded with zeros; nil: it is new, and there is no room.
  mutating func findOrCreate(
    _ hash: UInt64, _ name: UnsafeRawPointer, _ length: Int
  ) -> UnsafeMutablePointer<Series.Header>? {
    if let header = unsafe table.find(hash: hash, name: name, length: length) {
      return unsafe header
    }
    guard budget.take() else { return nil }
    let keepsHistograms = unsafe histograms.keeps(
      UnsafeRawBufferPointer(start: name, count: length))
    let series = unsafe Series(
      name: name, length: length, keepsHistograms: keepsHistograms, heap: &heap)
    unsafe table.insert(
      series.header, hash: hash, labelMarks: LabelMarks(series.name).bits)
    if unsafe series.isLabelled { seriesLabelled += 1 }
    return unsafe series.header
  }
}
