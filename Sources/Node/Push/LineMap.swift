// SPDX-License-Identifier: Apache-2.0

/// Finds the file and line of a point by its index in the stream. Points on successive lines share
/// one entry, so a clean file costs one, and there are never more than ``runsMax``.
struct LineMap {
  /// Where a point came from.
  struct Place: Sendable, Hashable {
    var file: Int
    var line: Int
    /// False: the map was full, and the line is at least this one.
    var isExact: Bool
  }

  /// Entries kept: 2.6 MB.
  static let runsMax = 1 << 16

  private struct Run {
    var index: Int64
    var file: Int
    var line: Int
  }

  private var runs: [Run] = []
  private var isFull = false
  private var next: Int64 = 0
  private var exactEnd: Int64 = 0

  /// Notes the place of the next point.
  mutating func append(file: Int, line: Int) {
    defer { next += 1 }
    if let last = runs.last, last.file == file, Int64(line - last.line) == next - last.index {
      if !isFull { exactEnd = next + 1 }
      return
    }
    guard runs.count < Self.runsMax else {
      isFull = true
      return
    }
    runs.append(Run(index: next, file: file, line: line))
    exactEnd = next + 1
  }

  /// The place of a point; nil when there is no such point. O(log runs).
  func place(of index: Int64) -> Place? {
    guard index >= 0, index < next else { return nil }
    var (low, high) = (0, runs.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if runs[middle].index <= index { low = middle } else { high = middle }
    }
    let run = runs[low]
    return Place(
      file: run.file, line: run.line + Int(index - run.index), isExact: index < exactEnd)
  }
}
