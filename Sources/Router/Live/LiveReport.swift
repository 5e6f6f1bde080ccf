// SPDX-License-Identifier: Apache-2.0

/// A report that is made again and again, and what has changed between any two times.
///
/// Of a reader it needs to know nothing but the revision that the reader has: it is told all rows
/// that have changed since, each once and as it is now, however many revisions it missed. Rows that
/// are gone are remembered as tombstones, the oldest dropped first; a reader that is behind the
/// oldest gets the whole report, as does a new one.
///
/// Memory is that of the rows, twice while they are replaced, and of at most as many tombstones, or
/// as many as went at once. A difference is at most as long as the report and its tombstones' keys.
public struct LiveReport: Sendable {
  private struct Tombstone: Sendable {
    var revision: UInt64
    var hash: UInt64
    var key: [UInt8]
  }

  /// What a reader is to be told.
  public struct Difference: Sendable, Equatable {
    /// All rows; what the reader has is void.
    public var isFull: Bool
    /// Entries of the field `changed`, one behind the other.
    public var changed: [UInt8]
    /// Names and labels of rows that are gone: bodies of the field `removed`.
    public var removed: [[UInt8]]
  }

  /// The latest revision; 0: there was none yet.
  public private(set) var revision: UInt64 = 0
  /// The latest rows.
  public private(set) var rows = LiveRows()
  private var index = LiveIndex()
  /// When each row became what it is.
  private var changedAt: [UInt64] = []
  /// Of rows that are not there, each once; oldest first.
  private var tombstones: ArraySlice<Tombstone> = []
  /// Readers that have an earlier revision get the whole report.
  private var horizon: UInt64 = 1
  private let tombstonesMin: Int

  /// Nothing yet.
  ///
  /// - Parameter tombstonesMin: so many are kept however few rows there are.
  public init(tombstonesMin: Int = RouterLimits.liveTombstonesMin) {
    self.tombstonesMin = tombstonesMin
  }

  /// The report was made again. O(bytes).
  ///
  /// - Parameters:
  ///   - revision: greater than the one before.
  ///   - fresh: all rows, in any order; no two of one series.
  public mutating func advance(to revision: UInt64, _ fresh: LiveRows) {
    precondition(revision > self.revision, "revisions only grow")
    let previous = self.revision
    self.revision = revision
    // Quiet questions cost a comparison.
    guard fresh.bytes != rows.bytes else { return }
    var stays = [Bool](repeating: false, count: rows.count)
    changedAt = fresh.rows.indices.map { row in
      let known = index.find(fresh.rows[row].hash, fresh.key(row), in: rows)
      guard let known else { return revision }
      stays[known] = true
      return fresh.isSame(row, as: known, of: rows) ? changedAt[known] : revision
    }
    for row in stays.indices where !stays[row] {
      tombstones.append(
        Tombstone(revision: revision, hash: rows.rows[row].hash, key: Array(rows.key(row))))
    }
    let freshIndex = LiveIndex(fresh)
    // A row that is back is new to whoever has not got it, and no more gone than any other.
    tombstones.removeAll { freshIndex.find($0.hash, $0.key[...], in: fresh) != nil }
    (rows, index) = (fresh, freshIndex)
    dropTombstones(upTo: previous)
  }

  /// Those of the latest revision stay: who has missed nothing is never told everything again.
  private mutating func dropTombstones(upTo previous: UInt64) {
    let excess = tombstones.count - max(tombstonesMin, rows.count)
    guard excess > 0 else { return }
    // What was removed at the horizon or before is not told any more.
    let last = tombstones[tombstones.startIndex + excess - 1].revision
    horizon = max(horizon, min(last, previous))
    tombstones = ArraySlice(Array(tombstones.drop { $0.revision <= horizon }))
  }

  /// What a reader that has a revision is to be told. O(rows), and O(bytes) of what is told.
  ///
  /// - Parameter seen: nil: it has nothing. At most the latest.
  public func difference(since seen: UInt64?) -> Difference {
    precondition(seen ?? 0 <= revision, "a revision that never was")
    guard let seen, seen >= horizon else { return full }
    var changed: [UInt8] = []
    for row in changedAt.indices where changedAt[row] > seen { changed += rows.entry(row) }
    let removed = tombstones.drop { $0.revision <= seen }
    return Difference(isFull: false, changed: changed, removed: removed.map(\.key))
  }

  private var full: Difference { Difference(isFull: true, changed: rows.bytes, removed: []) }
}
