// SPDX-License-Identifier: Apache-2.0

/// What to report.
public struct ReportRequest: Sendable {
  /// Which series.
  public var selection: SeriesSelection
  /// The span, ending now; nil, or more than the node's window: the node's window.
  public var windowSeconds: Int64?
  /// Only points after this, Unix seconds: of slices that begin later. Nil: no such bound.
  public var from: Int64?
  /// Only points up to this, Unix seconds: of slices that have ended by then. Nil: no such bound;
  /// points ahead of the clock are reported, too.
  public var to: Int64?
  /// Whether to answer with histograms.
  public var wantsHistograms: Bool

  /// By default, everything, but no histograms.
  ///
  /// - Precondition: `windowSeconds` is nil or positive.
  public init(
    selection: SeriesSelection = .everything, windowSeconds: Int64? = nil, from: Int64? = nil,
    to: Int64? = nil, wantsHistograms: Bool = false
  ) {
    precondition(windowSeconds ?? 1 > 0, "a window has at least a second")
    self.selection = selection
    self.windowSeconds = windowSeconds
    self.from = from
    self.to = to
    self.wantsHistograms = wantsHistograms
  }
}
