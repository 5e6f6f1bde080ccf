// SPDX-License-Identifier: Apache-2.0
import Foundation
import Router
import Testing

@testable import Node

@Suite("Peers in a file", .timeLimit(.minutes(5)))
struct FileSourceTests {
  @Test("lines name nodes; blanks and comments are passed over")
  func lines() throws {
    let text = "# nodes\n\n  b=h:2*3  # the large one\r\na=[::1]:1\n"
    #expect(
      try PeerLines.snapshot(text).members.map(PeerText.show) == ["a=[::1]:1", "b=h:2*3"])
  }

  @Test(
    "a wrong line is named",
    arguments: [
      ("a=h:1\nb\n", "line 2: 'b' is not ID=HOST:PORT"),
      ("a=h:1\n\n# x\na=h:2", "line 4: 'a' is named twice"),
      ("a: h:1\n", "line 1: 'a: h:1' is not ID=HOST:PORT"),
      ("# nobody\n", "it names no nodes"), ("", "it names no nodes"),
    ])
  func wrongLines(text: String, problem: String) {
    #expect(throws: SystemFailure(problem)) { try PeerLines.snapshot(text) }
  }

  @Test("a changed file is read again; a broken one, or none, changes nothing and is told once")
  func changes() async throws {
    let path = try TemporaryFile.write("a=h:1\n")
    let probe = SourceProbe()
    let source = FileSource(path, log: probe.log)
    probe.run(source)
    await probe.learned("a")
    // In place, and by another file of the same name.
    try Data("a=h:1\nb=h:2\n".utf8).write(to: URL(filePath: path))
    await probe.learned("a", "b")
    try Data("a=h:1\noops\n".utf8).write(to: URL(filePath: path), options: .atomic)
    await probe.logged("\(path): line 2: 'oops' is not ID=HOST:PORT")
    TemporaryFile.remove(path)
    await probe.logged("\(path): No such file or directory")
    try Data("c=h:1\n".utf8).write(to: URL(filePath: path))
    source.refresh()
    await probe.learned("c")
    await probe.stop()
    TemporaryFile.remove(path)
    #expect(probe.snapshots.count == 3)
    #expect(probe.lines.count { $0.contains("the source of peers fails") } == 2)
    #expect(probe.lines.count { $0.contains("works again") } == 1)
  }

  @Test("a list is published at once")
  func list() async throws {
    let probe = SourceProbe()
    probe.run(ListSource(try PeerText.members("b=h:2,a=h:1")))
    await probe.learned("a", "b")
    await probe.stop()
  }
}
