// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The files of the repository as the rules see them.
struct SourceTree {
  /// One text file; `path` is relative to the repository.
  struct File: Sendable {
    var path: String
    var text: String
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    /// States the rules, and so names what they forbid.
    var isRule: Bool { path.hasPrefix("Tests/TidyTests/") }
    /// Written by a program: its length and its words are nobody's choice.
    var isGenerated: Bool {
      path.contains("/Generated/") || path.hasSuffix(".pb.go")
        || path.contains("/_proto/telemetry_pb2")
    }
  }

  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Everything that people write or programs generate, without what was built or fetched.
  static let files: [File] = {
    let skipped: Set = [".build", ".cache", ".git", "__pycache__", ".swiftpm"]
    let kinds: Set = [
      "swift", "proto", "py", "sh", "go", "h", "yaml", "service", "md", "ini",
    ]
    var found: [File] = []
    let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    while let url = walk?.nextObject() as? URL {
      if skipped.contains(url.lastPathComponent) {
        walk?.skipDescendants()
        continue
      }
      let path = String(
        url.path(percentEncoded: false).dropFirst(
          root.path(percentEncoded: false).count)
      ).trimmingPrefix("/")
      let isScript = path.hasPrefix("dev/") || path.hasPrefix(".ci/") || path == "Makefile"
      guard kinds.contains(url.pathExtension) || isScript,
        let text = try? String(contentsOf: url, encoding: .utf8)
      else { continue }
      found.append(File(path: String(path), text: text))
    }
    return found.sorted { $0.path < $1.path }
  }()

  static var swift: [File] { files.filter { $0.path.hasSuffix(".swift") } }

  /// The files of one target under `Sources`.
  static func sources(of target: String) -> [File] {
    swift.filter { $0.path.hasPrefix("Sources/\(target)/") }
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
  }
}
