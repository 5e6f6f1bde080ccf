// SPDX-License-Identifier: Apache-2.0
import TributaryClient

/// The series that lines name. Each is made once, while there are not too many: most files name few
/// series many times.
struct LineSeries {
  /// Series kept; beyond them all are forgotten. 65 536 of 100 B, and twice their texts: 20 MB.
  static let seriesMax = 1 << 16

  /// By bytes: texts that only look the same are different names.
  private var known: [[UInt8]: TributaryClient.Series] = [:]

  /// The series of a point; nil when its texts are not UTF-8.
  ///
  /// - Parameter line: where the point's line begins in `bytes`.
  mutating func series(
    of point: LinePoint, in bytes: Span<UInt8>, line start: Int
  ) -> TributaryClient.Series? {
    let end = max(point.name.upperBound, point.labels.upperBound)
    let text = (start + point.name.lowerBound..<start + end).map { bytes[$0] }
    if let series = known[text] { return series }
    guard String(validating: text, as: UTF8.self) != nil else { return nil }
    let series = TributaryClient.Series(
      String(decoding: text.prefix(point.name.count), as: UTF8.self),
      labels: Self.labels(of: point, bytes, start))
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
    do throws(LineProblem) {
      while let label = try scanner.next(bytes) {
        let name = String(decoding: label.name.map { bytes[$0] }, as: UTF8.self)
        let value = LabelScanner.unescaped(label.value, of: bytes)
        labels[name] = String(decoding: value, as: UTF8.self)
      }
    } catch {
      preconditionFailure("no labels of a line that was read: \(error.text)")
    }
    return labels
  }
}
