// SPDX-License-Identifier: Apache-2.0
import Router

/// The text of a file that names nodes: an `ID=HOST:PORT` or `ID=HOST:PORT*WEIGHT` a line; blank
/// lines and what follows a `#` are passed over.
enum PeerLines {
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
