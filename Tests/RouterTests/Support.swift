// SPDX-License-Identifier: Apache-2.0
import Shard

/// FNV-1a and a finaliser, as the names of points are hashed.
func testHash(_ name: String) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
  hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
  return hash ^ (hash >> 33)
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
