// SPDX-License-Identifier: Apache-2.0

/// Byte counts as people write them: `65536`, `64KiB`, `4MiB`, `1GiB`.
enum ByteText {
  private static let units: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
  ]

  /// Reads a text; nil when it is no byte count or overflows.
  static func parse(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let unit = text.dropFirst(digits.count)
    guard !unit.isEmpty else { return number }
    guard let known = units.first(where: { $0.name == unit }) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: known.bytes)
    return overflow ? nil : product
  }

  /// The count in the largest unit that divides it.
  @Sendable
  static func show(_ count: Int) -> String {
    guard let unit = units.dropLast().first(where: { count >= $0.bytes && count % $0.bytes == 0 })
    else { return String(count) }
    return "\(count / unit.bytes)\(unit.name)"
  }
}
