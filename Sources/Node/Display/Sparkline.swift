// SPDX-License-Identifier: Apache-2.0

/// The last values of one series as a row of small bars.
struct Sparkline: Sendable, Hashable {
  /// Values kept, which is also the width in columns.
  let capacity: Int
  /// From old to new; nil: nothing was known then.
  private(set) var values: [Double?] = []

  /// Makes an empty line.
  init(capacity: Int) { self.capacity = capacity }

  /// Adds the newest value and forgets the oldest beyond the capacity.
  mutating func append(_ value: Double?) {
    values.append(value)
    if values.count > capacity { values.removeFirst(values.count - capacity) }
  }

  /// One character a value: eight heights between the least and the greatest, a blank where there
  /// is none, half height when all are equal.
  var text: String {
    let known = values.compactMap { $0 }.filter(\.isFinite)
    guard let low = known.min(), let high = known.max() else {
      return String(repeating: " ", count: values.count)
    }
    return values.map { Self.bar($0, low, high) }.joined()
  }

  private static let bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  private static func bar(_ value: Double?, _ low: Double, _ high: Double) -> String {
    guard let value, value.isFinite else { return " " }
    guard high > low else { return bars[3] }
    // Halved first: the difference of two doubles may overflow.
    let share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return bars[min(7, max(0, Int((share * 7).rounded())))]
  }
}
