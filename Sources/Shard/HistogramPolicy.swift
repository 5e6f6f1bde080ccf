// SPDX-License-Identifier: Apache-2.0
internal import Proto

/// Of which series histograms are kept: of all but those whose names match one of some patterns.
///
/// Asked once when a series begins, so it costs a point nothing.
public struct HistogramPolicy: Sendable {
  private let off: [Glob]

  /// Of all series.
  public static let all = HistogramPolicy(off: [])

  /// Of all series but those with a name that one of these matches.
  public init(off: [Glob]) {
    self.off = off
  }

  /// Whether histograms are kept of the series with this key. Labels do not matter.
  func keeps(_ key: UnsafeRawBufferPointer) -> Bool {
    if off.isEmpty { return true }
    let end = unsafe key.firstIndex(of: SeriesKey.labelMark) ?? key.count
    let name = unsafe UnsafeRawBufferPointer(rebasing: key[..<end])
    return !off.contains { unsafe $0.matches(name) }
  }
}
