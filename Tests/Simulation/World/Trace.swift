// SPDX-License-Identifier: Apache-2.0

/// The last things that happened, in words. Off unless a failing seed is run again: words cost more
/// than what they tell of.
struct Trace {
  private static let linesMax = 4000

  let isOn: Bool
  private var ring: [String] = []
  private var oldest = 0

  init(isOn: Bool) { self.isOn = isOn }

  /// Oldest first.
  var lines: [String] { Array(ring[oldest...] + ring[..<oldest]) }

  mutating func add(_ line: String) {
    guard ring.count == Trace.linesMax else { return ring.append(line) }
    ring[oldest] = line
    oldest = (oldest + 1) % Trace.linesMax
  }
}
