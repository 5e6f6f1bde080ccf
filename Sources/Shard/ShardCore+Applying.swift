// SPDX-License-Identifier: Apache-2.0

extension ShardCore {
  /// Rows of a group one behind the other that name one series.
  @unsafe
  struct Run {
    var first: Int32
    /// Behind the last.
    var end: Int32
    /// What the table has under their hash; nil: nothing.
    var header: UnsafeMutablePointer<Series.Header>?
  }

  /// Takes a whole batch into the windows; what cannot be taken is listed in
  /// ``PointColumns/rejections``. O(rows); a few tens of nanoseconds a row, less where rows of one
  /// series follow each other.
  ///
  /// Rows go in groups, each in passes: find the records, read their names' lines, read their
  /// slices' lines, update. The misses of one pass overlap, where one row after the other would
  /// wait for each.
  public mutating func apply(_ batch: PointColumns, now: Int64) {
    advance(to: now)
    var row = 0
    while row < batch.count {
      let end = min(row + ShardLimits.lookaheadPoints, batch.count)
      let runs = lookUp(batch, row..<end)
      update(batch, runs: runs, from: row)
      row = end
    }
    pointsRejected += batch.rejections.count
    pointsApplied += batch.count - batch.rejections.count
    sweepOn()
  }

  /// - Returns: how many runs the rows are.
  private mutating func lookUp(_ batch: PointColumns, _ rows: Range<Int>) -> Int {
    // Locals: fields would be loaded anew after each write.
    let (lookahead, codes) = unsafe (self.lookahead, self.codes)
    let (hashes, values) = unsafe (batch.hashes, batch.values + rows.lowerBound)
    let runs = unsafe ShardCore.findRuns(batch, rows, into: lookahead)
    var sum: UInt64 = 0
    for place in 0..<runs {
      unsafe sum &+= table.touch(hash: hashes[Int(lookahead[place].first)])
    }
    for place in 0..<rows.count { unsafe codes[place] = unsafe BucketCode(values[place]) }
    for place in 0..<runs {
      let hash = unsafe hashes[Int(lookahead[place].first)]
      unsafe lookahead[place].header = unsafe table.candidate(hash: hash)
    }
    for place in 0..<runs {
      guard let header = unsafe lookahead[place].header else { continue }
      unsafe sum &+= Series(header).touch()
    }
    for place in 0..<runs {
      guard let header = unsafe lookahead[place].header,
        let slice = unsafe header.pointee.openSlice
      else { continue }
      // A slice may lie in two lines.
      unsafe sum &+= slice.pointee.sum.bitPattern &+ slice.pointee.squares.bitPattern
      let code = unsafe codes[Int(lookahead[place].first) - rows.lowerBound]
      unsafe sum &+= Series(header).touchCounter(code)
    }
    touched &+= sum
    return runs
  }

  /// Rows that have their name from one place are of one series.
  @unsafe @inline(__always)
  private static func findRuns(
    _ batch: PointColumns, _ rows: Range<Int>, into found: UnsafeMutablePointer<Run>
  ) -> Int {
    var row = Int32(truncatingIfNeeded: rows.lowerBound)
    let end = Int32(truncatingIfNeeded: rows.upperBound)
    guard unsafe batch.hasRuns else {
      for place in 0..<rows.count {
        unsafe found[place].first = row
        row &+= 1
        unsafe found[place].end = row
      }
      return rows.count
    }
    let names = unsafe batch.names
    var runs = 0
    while row < end {
      let name = unsafe names[Int(row)]
      unsafe found[runs].first = row
      repeat { row &+= 1 } while unsafe row < end && names[Int(row)] == name
      unsafe found[runs].end = row
      runs += 1
    }
    return runs
  }

  private mutating func update(_ batch: PointColumns, runs: Int, from groupStart: Int) {
    var start: Int64 = 0
    var slice: Int64 = -1
    let sliceSeconds = UInt64(geometry.shape.resolutionSeconds)
    // Locals: fields would be loaded anew after each write.
    let (window, lookahead, allCodes) = unsafe (self.window, self.lookahead, self.codes)
    let (times, values) = unsafe (batch.times, batch.values)
    for place in 0..<runs {
      let run = unsafe lookahead[place]
      var series: Series?
      var row = unsafe Int(run.first)
      let runEnd = unsafe Int(run.end)
      while row < runEnd {
        let time = unsafe times[row]
        if slice < 0 || UInt64(bitPattern: time &- start) >= sliceSeconds {
          slice = time < 0 ? -1 : geometry.slice(time)
          start = geometry.start(slice)
        }
        if slice < window.first || slice > window.last {
          batch.reject(row, slice < window.first ? .timeTooOld : .timeTooNew)
          row += 1
          continue
        }
        if unsafe series == nil { unsafe series = unsafe find(batch, run) }
        guard let series = unsafe series else {
          batch.reject(row, .seriesLimit)
          row += 1
          continue
        }
        let value = unsafe values[row]
        guard value.isFinite else {
          unsafe series.addInfinity(value, slice: slice, window, heap: &heap)
          unsafe series.note(value, time: time, kind: batch.kinds[row])
          row += 1
          continue
        }
        var end = row + 1
        while end < runEnd,
          unsafe UInt64(bitPattern: times[end] &- start) < sliceSeconds,
          unsafe values[end].isFinite
        { end += 1 }
        let codes = unsafe allCodes + (row - groupStart)
        if end == row + 1 {
          unsafe series.add(value, codes[0], slice: slice, window, heap: &heap)
          unsafe series.note(value, time: time, kind: batch.kinds[row])
        } else {
          unsafe series.add(batch, row..<end, codes, slice: slice, window, heap: &heap)
        }
        row = end
      }
    }
  }

  /// The record of a run's series; nil: it is new, and there is no room.
  @inline(__always)
  private mutating func find(_ batch: PointColumns, _ run: Run) -> Series? {
    let row = unsafe Int(run.first)
    let name = unsafe batch.names[row]
    let bytes = unsafe UnsafeRawPointer(batch.arena + Int(name.offset))
    if let header = unsafe run.header {
      let series = unsafe Series(header)
      if unsafe series.isNamed(bytes, length: Int(name.length)) { return unsafe series }
    }
    let found = unsafe findOrCreate(batch.hashes[row], bytes, Int(name.length))
    guard let header = unsafe found else { return nil }
    return unsafe Series(header)
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
