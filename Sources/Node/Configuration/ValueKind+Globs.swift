// SPDX-License-Identifier: Apache-2.0
import Shard

extension ValueKind where Value == [String] {
  /// Patterns of names. A comma ends one: where one is meant, `?` does.
  static let globs = ValueKind(
    placeholder: "GLOB,...", expected: "GLOB,GLOB,..., such as debug.*",
    parse: { problem($0) == nil ? patterns($0) : nil },
    show: { $0.joined(separator: ",") }, explain: problem)

  private static func patterns(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  private static func problem(_ text: String) -> String? {
    for pattern in patterns(text) {
      if pattern.isEmpty { return "'\(text)' has an empty pattern" }
      do {
        _ = try Glob(pattern)
      } catch {
        return "\(error)"
      }
    }
    return nil
  }
}
