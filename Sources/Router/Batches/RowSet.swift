// SPDX-License-Identifier: Apache-2.0

/// Some of the rows of one batch of points: one bit a row.
public struct RowSet: Sendable, Hashable {
  /// Rows of the batch.
  public let rows: Int
  var words: [UInt64]

  /// None of them.
  public init(rows: Int) {
    precondition(rows >= 0, "a batch of less than nothing")
    self.rows = rows
    words = [UInt64](repeating: 0, count: (rows + 63) / 64)
  }

  /// All of them.
  public static func all(of rows: Int) -> RowSet {
    var set = RowSet(rows: rows)
    for index in set.words.indices { set.words[index] = .max }
    if rows % 64 != 0 { set.words[set.words.count - 1] = .max >> UInt64(64 - rows % 64) }
    return set
  }

  /// Rows in it. O(rows / 64).
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// No row is in it. O(rows / 64).
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// Whether the row is in it; one beyond the batch never is.
  public func contains(_ row: Int) -> Bool {
    row < rows && words[row >> 6] & bit(row) != 0
  }

  /// Adds a row of the batch.
  public mutating func insert(_ row: Int) {
    precondition(row < rows, "no such row")
    words[row >> 6] |= bit(row)
  }

  /// Takes a row out, if it is in it.
  public mutating func remove(_ row: Int) {
    guard row < rows else { return }
    words[row >> 6] &= ~bit(row)
  }

  /// Adds the rows of another copy of the batch, and says which of them are new. Copies of one
  /// batch have the same rows; of one that has more, those are all new and not kept. O(rows / 64).
  mutating func claim(_ other: RowSet) -> RowSet {
    var new = other
    for index in 0..<min(words.count, other.words.count) {
      new.words[index] &= ~words[index]
      words[index] |= other.words[index]
    }
    return new
  }

  /// Takes the rows of another set out; those beyond this batch are no matter. O(rows / 64).
  public mutating func subtract(_ other: RowSet) {
    for index in 0..<min(words.count, other.words.count) { words[index] &= ~other.words[index] }
  }

  /// Adds the rows of another set of the same batch; rows beyond it are left out. O(rows / 64).
  public mutating func formUnion(_ other: RowSet) {
    for index in 0..<min(words.count, other.words.count) { words[index] |= other.words[index] }
    guard other.rows > rows, rows % 64 != 0, let last = words.indices.last else { return }
    words[last] &= .max >> UInt64(64 - rows % 64)
  }

  /// The rows that are in both. O(rows / 64).
  public func intersection(_ other: RowSet) -> RowSet {
    var both = self
    for index in words.indices {
      both.words[index] &= index < other.words.count ? other.words[index] : 0
    }
    return both
  }

  private func bit(_ row: Int) -> UInt64 { 1 << UInt64(truncatingIfNeeded: row & 63) }
}
