// SPDX-License-Identifier: Apache-2.0

/// Who reads a live report: decides who is told, since when, and who waits.
///
/// Nothing is queued: of a reader there is the revision that it has, and while it waits a ticket.
/// What it has missed is put together when it asks.
public struct LiveReaders: Sendable {
  /// One reader that asks for what is newer than what it has.
  public struct Reader: Sendable, Hashable {
    /// Given by the caller; each asks once.
    public var ticket: UInt64
    /// The revision that it has; 0: nothing.
    public var seen: UInt64

    /// A reader as given.
    public init(ticket: UInt64, seen: UInt64) {
      self.ticket = ticket
      self.seen = seen
    }
  }

  /// What becomes of a reader that asks.
  public enum OnAsk: Sendable, Equatable {
    /// Something is newer: ``step(since:)``.
    case tell
    /// It is among those that the next report's ``advance(to:_:)`` returns.
    case wait
  }

  /// What becomes of a reader when there is no memory for what it is to be told.
  public enum OnShortage: Sendable, Equatable {
    /// It has missed nothing so far, misses this one, and waits for the next.
    case wait
    /// It has nothing, or misses too much.
    case refuse
  }

  private var report: LiveReport
  /// The revision before the latest.
  private var previous: UInt64 = 0
  /// What those that wait have, by ticket.
  private var waiting: [UInt64: UInt64] = [:]

  /// No report, no readers.
  ///
  /// - Parameter tombstonesMin: as of ``LiveReport``.
  public init(tombstonesMin: Int = RouterLimits.liveTombstonesMin) {
    report = LiveReport(tombstonesMin: tombstonesMin)
  }

  /// The latest revision; 0: there was none yet.
  public var revision: UInt64 { report.revision }

  /// How many wait.
  public var waitingCount: Int { waiting.count }

  /// A reader asks. O(1).
  public mutating func asked(_ reader: Reader) -> OnAsk {
    guard reader.seen >= revision else { return .tell }
    waiting[reader.ticket] = reader.seen
    return .wait
  }

  /// There is no memory for what the reader is to be told. O(1).
  public mutating func fellShort(_ reader: Reader) -> OnShortage {
    guard reader.seen == previous, reader.seen > 0 else { return .refuse }
    waiting[reader.ticket] = reader.seen
    return .wait
  }

  /// A reader waits no longer. O(1).
  public mutating func left(ticket: UInt64) { waiting[ticket] = nil }

  /// There is a newer report. O(bytes), and O(n log n) of those that wait.
  ///
  /// - Parameters:
  ///   - revision: greater than the one before.
  ///   - rows: all, as of ``LiveReport/advance(to:_:)``.
  /// - Returns: those that waited, in order of their tickets; each is to be told.
  public mutating func advance(to revision: UInt64, _ rows: LiveRows) -> [Reader] {
    previous = report.revision
    report.advance(to: revision, rows)
    let told = waiting.map { Reader(ticket: $0.key, seen: $0.value) }
    waiting = [:]
    return told.sorted { $0.ticket < $1.ticket }
  }

  /// What whoever has a revision is told. O(rows), and O(bytes) of what is told.
  ///
  /// - Parameter seen: before the latest; 0: nothing.
  public func step(since seen: UInt64) -> LiveStep {
    LiveStep(
      revision: revision, intervals: seen == 0 ? 0 : revision - seen,
      difference: report.difference(since: seen))
  }
}
