// SPDX-License-Identifier: Apache-2.0

/// A defect put in between the product's parts on purpose: a simulator that does not find it would
/// find nothing.
public enum Sabotage: String, Sendable, CaseIterable {
  /// The receiver acks a frame before its points are applied.
  case acksBeforeApplying = "acks-before-applying"
  /// The receiver forgets what it has applied when the sender connects anew.
  case forgetsMark = "forgets-mark"
  /// The sender calls points applied that it has only kept.
  case hintsCountAsApplied = "hints-count-as-applied"
  /// A report is marked complete although a node did not answer.
  case alwaysComplete = "always-complete"
  /// One node's part of a report is merged twice.
  case sectionTwice = "section-twice"
  /// A settlement in fifty gets lost.
  case losesSettlement = "loses-settlement"
  /// The receiver leaves out a frame's last point, and acks all.
  case dropsRow = "drops-row"
  /// Hints given back for routing anew are thrown away.
  case losesSurrendered = "loses-surrendered"
  /// A node forgets which rows of batches it has taken.
  case forgetsBatches = "forgets-batches"
  /// A node takes rows that a later copy has taken elsewhere.
  case ignoresFences = "ignores-fences"
  /// A later copy of a batch is taken before anyone is asked.
  case takesUnasked = "takes-unasked"
  /// A node that leaves keeps what it knows of batches to itself.
  case keepsMarks = "keeps-marks"
  /// A node that leaves hands its windows over without histograms.
  case losesHistograms = "loses-histograms"
  /// Of the latest values of several nodes the one that was merged last counts.
  case staleLast = "stale-last"
  /// One node's squares are left out of a report.
  case losesSquares = "loses-squares"
  /// The receiver of a frame does not look at its kinds.
  case losesKinds = "loses-kinds"
  /// A stream's summary counts metrics that a shard or a peer rejected.
  case forgetsRejections = "forgets-rejections"
  /// Readers of a live report are not told which rows are gone.
  case forgetsTombstones = "forgets-tombstones"
  /// A slow reader of a live report is told what has changed since the report before.
  case tellsTooLittle = "tells-too-little"
  /// A live report says that it is complete.
  case liveSaysComplete = "live-says-complete"
}
