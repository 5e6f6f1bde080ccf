// SPDX-License-Identifier: Apache-2.0

/// When a live report is made: at once, then at whole multiples of its interval.
///
/// Of those that go by while it is being made, it is made for the latest alone, at once: at most as
/// often as intervals have begun.
public struct LivePace: Sendable {
  private let interval: Duration
  /// Of the report that is to be made; the first is 1.
  public private(set) var revision: UInt64 = 1

  /// Due at once.
  ///
  /// - Parameter interval: longer than nothing.
  public init(interval: Duration) {
    precondition(interval > .zero, "an interval is longer than nothing")
    self.interval = interval
  }

  /// When the report is to be made, since the first was begun.
  public var due: Duration { interval * Double(revision - 1) }

  /// The report has been made; the next has another revision.
  ///
  /// - Parameter elapsed: since the first was begun.
  public mutating func made(after elapsed: Duration) {
    revision = max(revision, UInt64(max(0, elapsed / interval))) + 1
  }
}
