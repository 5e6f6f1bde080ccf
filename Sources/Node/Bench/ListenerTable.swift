// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Finds the process of this machine that listens on a port, so that its processor time can be
/// told without being given its id.
enum ListenerTable {
  /// The process; nil when there is none, or it is not ours to look into.
  static func process(listeningOn port: Int) -> Int? {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap { FileText.system($0) }
    let wanted = Set(tables.flatMap { inodes($0, port: port) }.map { "socket:[\($0)]" })
    guard !wanted.isEmpty else { return nil }
    return names(in: "/proc").compactMap { Int($0) }.first { pid in
      let folder = "/proc/\(pid)/fd"
      return names(in: folder).contains { number in
        link("\(folder)/\(number)").map(wanted.contains) ?? false
      }
    }
  }

  /// The inodes of listening sockets on a port, out of the text of /proc/net/tcp. Source: proc(5).
  static func inodes(_ table: String, port: Int) -> [String] {
    table.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A",
        let colon = fields[1].lastIndex(of: ":"),
        Int(fields[1][fields[1].index(after: colon)...], radix: 16) == port
      else { return nil }
      return String(fields[9])
    }
  }

  private static func names(in folder: String) -> [String] {
    guard let handle = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  private static func link(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}
