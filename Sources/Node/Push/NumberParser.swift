// SPDX-License-Identifier: Apache-2.0

/// Numbers out of bytes, the same for every locale.
enum NumberParser {
  /// A double as C's `strtod` writes it: decimals, exponents, hexadecimal floats, `inf`, `nan`.
  /// Nil when the bytes are anything else.
  ///
  /// Short decimals, which most are, are computed: with at most fifteen digits and a power of ten
  /// up to 22 both factors are exact, so one multiplication or division rounds correctly (Clinger,
  /// "How to read floating point numbers accurately", 1990). The rest goes to the standard library.
  static func double(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    if let short = shortDecimal(bytes, range) { return short }
    guard range.count <= 1100 else { return nil }
    let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
    guard let value = Double(text) else { return nil }
    // Digits that overflow are a mistake, not an infinity.
    return value.isInfinite && !text.contains { "iI".contains($0) } ? nil : value
  }

  /// A decimal integer with an optional sign; nil when it is none or overflows.
  static func integer(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    var index = range.lowerBound
    let isNegative = index < range.upperBound && bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    guard index < range.upperBound else { return nil }
    var value: Int64 = 0
    while index < range.upperBound {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(Int64(digit))
      guard !overflow, !carried else { return nil }
      value = sum
      index += 1
    }
    return isNegative ? -value : value
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  private static func shortDecimal(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    guard (1...17).contains(range.count) else { return nil }
    var index = range.lowerBound
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    var mantissa: Int64 = 0
    var digits = 0
    var decimals: Int?
    while index < range.upperBound {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "."), decimals == nil {
        decimals = 0
        continue
      }
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9, digits < 15 else { return nil }
      mantissa = mantissa * 10 + Int64(digit)
      digits += 1
      decimals = decimals.map { $0 + 1 }
    }
    // A point needs digits on both sides; what else there is, the standard library judges.
    guard digits > 0, decimals != 0, digits > (decimals ?? 0) else { return nil }
    let value = Double(mantissa) / powersOfTen[decimals ?? 0]
    return isNegative ? -value : value
  }
}
