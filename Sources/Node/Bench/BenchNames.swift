// SPDX-License-Identifier: Apache-2.0
import Router

/// The names that the bench sends points of, all of the same length.
enum BenchNames {
  /// Digits of a name that is sought: ten million names of a node that owns one partition of 1024
  /// are found before number 10^11.
  static let soughtDigits = 11

  /// The labels of a set; those of all sets have one length.
  static func labels(_ set: Int) -> [(name: String, value: String)] {
    let text = String(set)
    let host = String(repeating: "0", count: 6 - text.count) + text
    return [("host", "host-\(host)"), ("zone", "zone-\(set % 4)")]
  }

  /// So many names, numbered from 0.
  static func numbered(_ count: Int) -> [String] {
    let digits = max(5, String(count - 1).count)
    return (0..<count).map { name($0, digits) }
  }

  /// The first so many names that belong to one of these nodes. O(names looked at).
  ///
  /// - Parameter locate: tells the owners of at most ``StatusLimits/namesMax`` names.
  /// - Throws: ``CommandFailure`` when none of so many names is theirs; what `locate` throws.
  static func owned(
    by owners: [NodeID], count: Int, locate: ([String]) async throws -> [String]
  ) async throws -> [String] {
    let wanted = Set(owners.map(\.text))
    var found: [String] = []
    var next = 0
    while found.count < count {
      let asked = (next..<next + StatusLimits.namesMax).map { name($0, soughtDigits) }
      let theirs = zip(asked, try await locate(asked)).filter { wanted.contains($0.1) }
      guard !theirs.isEmpty else {
        // A node that owns anything owns one partition of 1024, and so ten names of ten thousand.
        throw CommandFailure(
          "none of \(asked.count) names belongs to \(wanted.sorted().joined(separator: " or "))")
      }
      found += theirs.map(\.0)
      next += asked.count
    }
    return Array(found.prefix(count))
  }

  private static func name(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return "bench.metric." + String(repeating: "0", count: digits - text.count) + text
  }
}
