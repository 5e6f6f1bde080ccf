// SPDX-License-Identifier: Apache-2.0

/// What to report.
public struct ReportRequest: Sendable {
  /// Which series.
  public var selection: SeriesSelection
  /// The span, ending now; nil, or more than the node's window: the node's window.
  public var windowSeconds: Int64?

  /// By default, everything.
  ///
  /// - Precondition: `windowSeconds` is nil or positive.
  public init(selection: SeriesSelection = .everything, windowSeconds: Int64? = nil) {
    precondition(windowSeconds ?? 1 > 0, "a window has at least a second")
    self.selection = selection
    self.windowSeconds = windowSeconds
  }
}
