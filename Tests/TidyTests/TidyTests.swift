// SPDX-License-Identifier: Apache-2.0
import Testing

/// The house rules. Each list of exceptions only ever gets shorter: an entry that is no longer
/// needed fails its test.
@Suite struct TidyTests {
  /// Files that may be longer than 400 lines.
  static let longFiles: Set<String> = []
  /// Lines wider than 100 columns, by file.
  static let wideLines: [String: Int] = [:]

  @Test("the tree was found")
  func treeIsFound() {
    #expect(SourceTree.swift.count > 20)
    #expect(SourceTree.files.contains { $0.path == "Makefile" })
  }

  @Test("every file opens with its license")
  func filesHaveLicense() {
    let without = SourceTree.files.filter { file in
      !["md", "ini"].contains(where: { file.path.hasSuffix("." + $0) })
        && !file.lines.prefix(3).contains { $0.contains("SPDX-License-Identifier: Apache-2.0") }
    }
    #expect(without.map(\.path) == [])
  }

  @Test("no file is longer than 400 lines")
  func filesAreShort() {
    let long = SourceTree.files.filter { !$0.isGenerated && $0.lines.count > 401 }
    #expect(Set(long.map(\.path)) == Self.longFiles)
  }

  @Test("no line is wider than 100 columns, but for addresses")
  func linesAreNarrow() {
    var wide: [String: Int] = [:]
    for file in SourceTree.files where !file.isGenerated && !file.path.hasSuffix(".md") {
      let count = file.lines.count { $0.count > 100 && !$0.contains("https://") }
      if count > 0 { wide[file.path] = count }
    }
    #expect(wide == Self.wideLines)
  }

  @Test("no line ends in a blank, and no tab stands outside makefiles and Go")
  func whitespaceIsPlain() {
    let bad = SourceTree.files.filter { file in
      !file.isGenerated
        && file.lines.contains {
          $0.hasSuffix(" ")
            || ($0.contains("\t") && !file.path.hasSuffix(".go") && file.path != "Makefile")
        }
    }
    #expect(bad.map(\.path) == [])
  }

  /// An hour stands for ever: a handler that ends by being cancelled.
  @Test("tests wait for events, never for time")
  func testsDoNotSleep() {
    let sleeping = SourceTree.swift.filter { file in
      file.path.hasPrefix("Tests/") && !file.isRule
        && file.lines.contains {
          $0.contains("usleep(") || $0.contains("Task.sleep") && !$0.contains(".seconds(3600)")
        }
    }
    #expect(sleeping.map(\.path) == [])
  }

  @Test("tests are Swift Testing")
  func testsAreSwiftTesting() {
    let old = SourceTree.swift.filter { !$0.isRule && $0.text.contains("import XCTest") }
    #expect(old.map(\.path) == [])
  }

  @Test("the project speaks of itself only")
  func projectSpeaksOfItself() {
    let foreign = [#"(?i)\bissue\s*#?\d+"#, "(?i)work/shared", #"(?i)\b(sub)?agent session"#]
    let telling = SourceTree.files.filter { file in
      !file.isGenerated && !file.isRule
        && foreign.contains { pattern in
          guard let expression = try? Regex(pattern) else { return true }
          return file.text.contains(expression)
        }
    }
    #expect(telling.map(\.path) == [])
  }
}
