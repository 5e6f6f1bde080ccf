// SPDX-License-Identifier: Apache-2.0

/// What must never happen, and happened.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// What the simulator watches.
  public enum Invariant: String, Sendable, CaseIterable {
    /// A point is in no living node's windows twice, nor counted twice in a report.
    case exactlyOnce = "a point counts at most once"
    /// A report holds only what was sent and not rejected.
    case nothingInvented = "a report holds only what was sent"
    /// A point settled as applied has been applied.
    case nothingPromised = "what is settled as applied has been applied"
    /// A row is rejected as unknown only when a former owner of it did not tell.
    case nothingWithheld = "what can be known of a batch is known"
    /// A report marked complete holds every point acked before the question.
    case complete = "a complete report holds all that was acked"
    /// At rest a report is what living nodes applied.
    case exactAtRest = "at rest a report is exact"
    /// Squares, histograms, first and last seen and the kind are of the points that the sum is of.
    case statistics = "all statistics of a series are of its points"
    /// At rest, what is missing died in a crashed node's memory or was given up and counted.
    case lossesExplained = "every loss is explained"
    /// Row by row, whatever a reader of a live report has missed; and what it says of itself.
    case live = "a reader of a live report holds what was computed last"
    /// However many read it.
    case onceAnInterval = "a live report is made once an interval"
    /// received = applied + forwarded + hinted + in flight + rejected + given up +
    /// repeated.
    case ledger = "the ledger adds up"
    /// Each settlement comes once, each call is answered.
    case settledOnce = "each point is settled once"
    /// The Ack says what became of the call's points.
    case ack = "the ack counts the call's points"
    /// The summary of a stream of metrics tells of those that count, and of no others.
    case summary = "a summary is of what counts"
    /// Bytes kept stay within their limits.
    case memory = "memory stays within its limits"
    /// After healing everything comes to rest.
    case liveness = "after healing everything comes to rest"
    /// Bytes spoilt on the way are refused.
    case integrity = "a spoilt frame is refused"
  }

  /// Which.
  public let invariant: Invariant
  /// What was found.
  public let detail: String
  /// Virtual microseconds since the start.
  public let microseconds: Int64

  /// One line.
  public var description: String {
    "\(invariant.rawValue): \(detail) (at \(Double(microseconds) / 1e6) s)"
  }
}
