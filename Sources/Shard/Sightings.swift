// SPDX-License-Identifier: Apache-2.0

/// What a series remembers of its points besides its slices: the latest value, when the first and
/// the last were seen, and what kind they are. Finite and infinite values alike.
///
/// Times are Unix seconds. They belong to the series as long as it is held, not to a window.
public struct Sightings: Sendable, Hashable {
  /// The value with the latest time. Says nothing without ``lastSeen``.
  public var last: Double
  /// Its time; ``SeriesSummary/neverSeen`` when it is not known.
  public var lastSeen: Int64
  /// Time of the earliest point; `Int64.max` when there is none.
  public var firstSeen: Int64
  /// The greatest number of a `telemetry.MetricKind` that came.
  public var kind: UInt8

  /// Sightings as given; without arguments, none.
  public init(
    last: Double = 0, lastSeen: Int64 = SeriesSummary.neverSeen, firstSeen: Int64 = .max,
    kind: UInt8 = 0
  ) {
    self.last = last
    self.lastSeen = lastSeen
    self.firstSeen = firstSeen
    self.kind = kind
  }

  /// Adds a point: of those with one time the one added last counts.
  @inline(__always)
  mutating func add(_ value: Double, time: Int64, kind: UInt8) {
    if time >= lastSeen {
      last = value
      lastSeen = time
    }
    if time < firstSeen { firstSeen = time }
    if kind > self.kind { self.kind = kind }
  }

  /// It is not known any more which value is the latest.
  mutating func forgetLast() {
    last = 0
    lastSeen = SeriesSummary.neverSeen
  }

  /// Adds what another has seen: of two values with one time the greater counts. When either does
  /// not know its latest, both together do not. Commutative.
  mutating func add(_ other: Sightings) {
    if firstSeen == .max {
      (last, lastSeen) = (other.last, other.lastSeen)
    } else if other.firstSeen != .max {
      (last, lastSeen) = SeriesSummary.latest((last, lastSeen), (other.last, other.lastSeen))
    }
    firstSeen = min(firstSeen, other.firstSeen)
    kind = max(kind, other.kind)
  }
}
