// SPDX-License-Identifier: Apache-2.0
import Testing

/// ARCHITECTURE.md names only what is there.
@Suite struct ArchitectureTests {
  static let page = SourceTree.files.first { $0.path == "ARCHITECTURE.md" }

  /// What stands between backquotes, outside of blocks.
  static var terms: [String] {
    guard let page else { return [] }
    var inBlock = false
    var found: [String] = []
    for line in page.lines {
      if line.hasPrefix("```") {
        inBlock.toggle()
      } else if !inBlock {
        let parts = line.split(separator: "`", omittingEmptySubsequences: false)
        found += stride(from: 1, to: parts.count - 1, by: 2).map { String(parts[$0]) }
      }
    }
    return found
  }

  @Test("the page has at most 200 lines")
  func pageIsShort() throws {
    let page = try #require(Self.page)
    #expect(page.lines.count <= 201)
  }

  @Test("every folder and file that it names exists")
  func pathsExist() {
    let paths = Self.terms.filter { term in
      term.contains("/") && !term.contains(" ") && !term.contains("*") && !term.hasPrefix("/")
        && (term.first?.isUppercase == true || term.hasPrefix("dev/") || term.hasPrefix("deploy/"))
    }
    #expect(!paths.isEmpty)
    for path in paths { #expect(SourceTree.exists(path), "\(path)") }
  }

  @Test("every type that it names is declared in the sources")
  func typesExist() throws {
    let word = try Regex("^[A-Z][A-Za-z0-9]+$")
    let types = Self.terms.filter { $0.wholeMatch(of: word) != nil && $0.count > 3 }
    #expect(!types.isEmpty)
    let declared = SourceTree.swift.map(\.text).joined(separator: "\n")
    let schema = SourceTree.files.filter { $0.path.hasSuffix(".proto") }.map(\.text).joined()
    let toolchain: Set = ["RawSpan"]
    let missing = try Set(types).subtracting(toolchain).filter { type in
      let kinds = "class|struct|enum|actor|protocol|typealias|message|rpc|service"
      let declaration = try Regex(#"\b(\#(kinds)) \#(type)\b"#)
      return !SourceTree.exists("Sources/\(type)")
        && !(declared + schema).contains(declaration)
    }
    #expect(missing == [])
  }
}
