// SPDX-License-Identifier: Apache-2.0

/// Finds what somebody probably meant.
enum NearestName {
  /// The candidate with the fewest edits to `word`; nil when none is near (more than a third of the
  /// letters differ) and none begins with it. O(candidates * length^2).
  static func find(_ word: String, among candidates: [String]) -> String? {
    let ranked = candidates.map { (name: $0, distance: distance(word, $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    if best.distance <= max(1, max(word.count, best.name.count) / 3) { return best.name }
    return word.count >= 3 ? candidates.first { $0.hasPrefix(word) } : nil
  }

  /// A half sentence to add to a message, or nothing.
  static func suggestion(_ word: String, among candidates: [String], prefix: String = "") -> String
  {
    find(word, among: candidates).map { "; did you mean \(prefix)\($0)?" } ?? ""
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other
  /// (Damerau-Levenshtein, restricted), texts over 64 bytes counted as far away.
  static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.utf8)
    let b = Array(right.utf8)
    guard a.count <= 64, b.count <= 64 else { return 64 }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
