// SPDX-License-Identifier: Apache-2.0
import Shard

import enum Proto.FNV

/// The hash of a name, as points bring it.
func testHash(_ name: String) -> UInt64 { testHash(Array(name.utf8)) }

/// The hash of a name's bytes.
func testHash(_ name: [UInt8]) -> UInt64 { FNV.hash(name.span.bytes, 0..<name.count) }

extension PartialReport {
  /// A report of these series, in the dictionary's order.
  init(_ summaries: [String: SeriesSummary], hash: (String) -> UInt64 = testHash) {
    self.init()
    for (name, summary) in summaries { append(name: Array(name.utf8), hash: hash(name), summary) }
  }

  /// The rows as a dictionary. Traps when a series has two rows.
  var summaries: [String: SeriesSummary] {
    Dictionary(uniqueKeysWithValues: (0..<count).map { (name($0), self[$0]) })
  }
}

extension SeriesSummary {
  /// The same, but for squares, which are rounded in each merge: to nine digits.
  func isClose(to other: SeriesSummary) -> Bool {
    var same = other
    same.squares = squares
    return self == same
      && (squares == other.squares
        || abs(squares - other.squares) <= 1e-9 * Swift.max(squares, other.squares))
  }
}

/// Whether the same series have the same statistics, but for squares: to nine digits.
func areClose(_ left: [String: SeriesSummary], _ right: [String: SeriesSummary]) -> Bool {
  left.count == right.count
    && left.allSatisfy { name, summary in right[name]?.isClose(to: summary) ?? false }
}
