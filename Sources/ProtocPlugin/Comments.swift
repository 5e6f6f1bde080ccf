// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// The comments of one `.proto` file, by the path of what they stand at (see
/// `google.protobuf.SourceCodeInfo`).
struct Comments {
  private var lines: [[Int32]: [String]] = [:]

  init(_ info: SourceCodeInfo?) {
    for location in info?.location ?? [] {
      let comment = location.leadingComments ?? location.trailingComments
      if let comment { lines[location.path] = Comments.lines(of: comment) }
    }
  }

  /// The comment at `path`, or `fallback` where there is none.
  func at(_ path: [Int32], or fallback: String) -> [String] {
    lines[path] ?? [fallback]
  }

  private static func lines(of comment: String) -> [String] {
    var lines = comment.split(separator: "\n", omittingEmptySubsequences: false).map {
      trimmed($0)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func trimmed(_ line: Substring) -> String {
    var line = line.first == " " ? line.dropFirst() : line
    while line.last?.isWhitespace == true { line.removeLast() }
    return String(line)
  }
}
