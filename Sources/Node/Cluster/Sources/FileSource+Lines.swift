// SPDX-License-Identifier: Apache-2.0
import Glibc
import Router

extension FileSource {
  /// Reads the lines of a file. O(length).
  ///
  /// - Throws: ``SystemFailure`` that names the first wrong line, counted from 1.
  static func snapshot(_ text: String) throws(SystemFailure) -> MembershipSnapshot {
    var roll = PeerRoll()
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let entry = PeerText.trimmed(line.prefix { $0 != "#" })
      guard !entry.isEmpty else { continue }
      do throws(PeerProblem) {
        try roll.add(try PeerText.member(entry))
      } catch {
        throw SystemFailure("line \(index + 1): \(error)")
      }
    }
    // An emptied file is most likely one that is being written.
    guard !roll.members.isEmpty else { throw SystemFailure("it names no nodes") }
    guard let snapshot = try? MembershipSnapshot(members: roll.members) else {
      preconditionFailure("the roll took too many")
    }
    return snapshot
  }
}

/// What tells one state of a file from the next, without reading it.
struct FileVersion: Hashable {
  private var errorNumber: Int32 = 0
  private var device: UInt64 = 0
  private var inode: UInt64 = 0
  private var bytes: Int64 = 0
  private var modified: [Int] = []

  /// Looks at the file that the path leads to; one that is not there has a version, too.
  init(_ path: String) {
    var found = stat()
    guard unsafe stat(path, &found) == 0 else {
      errorNumber = errno
      return
    }
    device = UInt64(found.st_dev)
    inode = UInt64(found.st_ino)
    bytes = Int64(found.st_size)
    modified = [found.st_mtim.tv_sec, found.st_mtim.tv_nsec]
  }
}
