// SPDX-License-Identifier: Apache-2.0
import Shard

import enum Proto.SeriesKey

/// The hash of a name, as points bring it.
func testHash(_ name: String) -> UInt64 { testHash(Array(name.utf8)) }

/// The hash of a name's bytes.
func testHash(_ name: [UInt8]) -> UInt64 { SeriesKey.hash(name.span.bytes, 0..<name.count) }

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
