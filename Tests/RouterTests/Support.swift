// SPDX-License-Identifier: Apache-2.0
import Shard

import enum Proto.FNV

/// The hash of a name, as points bring it.
func testHash(_ name: String) -> UInt64 {
  let bytes = Array(name.utf8)
  return FNV.hash(bytes.span.bytes, 0..<bytes.count)
}

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
