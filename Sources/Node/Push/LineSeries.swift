// SPDX-License-Identifier: Apache-2.0
import TributaryClient

/// The series that lines name. Each is made once, while there are not too many: most files name few
/// series many times.
struct LineSeries {
  /// Series kept; beyond them all are forgotten. 65 536 of 100 B, and twice their texts: 20 MB.
  static let seriesMax = 1 << 16

  private var known: [String: TributaryClient.Series] = [:]

  /// The series of a point; nil when its texts are not UTF-8.
  ///
  /// - Parameter line: where the point's line begins in `bytes`.
  mutating func series(
    of point: LinePoint, in bytes: Span<UInt8>, line start: Int
  ) -> TributaryClient.Series? {
    let end = max(point.name.upperBound, point.labels.upperBound)
    let name = point.name.lowerBound
    guard let text = Self.text(start + name..<start + end, bytes) else { return nil }
    if let series = known[text] { return series }
    guard let metric = Self.text(start + name..<start + point.name.upperBound, bytes) else {
      return nil
    }
    let series = TributaryClient.Series(metric, labels: Self.labels(of: point, bytes, start))
    if known.count == Self.seriesMax { known.removeAll() }
    known[text] = series
    return series
  }

  private static func labels(
    of point: LinePoint, _ bytes: Span<UInt8>, _ start: Int
  ) -> [String: String] {
    guard !point.labels.isEmpty else { return [:] }
    var labels: [String: String] = [:]
    var scanner = LabelScanner(
      start + point.labels.lowerBound, end: start + point.labels.upperBound)
    // It was read before; both its texts are parts of one that is UTF-8.
    while let label = try? scanner.next(bytes) {
      guard let name = text(label.name, bytes) else { continue }
      let value = LabelScanner.unescaped(label.value, of: bytes)
      labels[name] = String(decoding: value, as: UTF8.self)
    }
    return labels
  }

  private static func text(_ range: Range<Int>, _ bytes: Span<UInt8>) -> String? {
    String(validating: range.map { bytes[$0] }, as: UTF8.self)
  }
}
