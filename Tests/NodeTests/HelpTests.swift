// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

@testable import Node

@Suite("Help and completion")
struct HelpTests {
  @Test("help names every flag of a command, with its default, within 100 columns")
  func everyFlag() {
    for command in Program.outlines {
      let text = Help.text(command)
      for flag in command.flags {
        #expect(text.contains("  --\(flag.name)"), "\(command.name) --\(flag.name)")
        let flat = text.split { $0.isWhitespace }.joined(separator: " ")
        if let value = flag.defaultText { #expect(flat.contains("[\(value)]"), "\(flag.name)") }
      }
      for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
  }

  @Test("the overview names every command")
  func overview() {
    let text = Help.overview(Program.outlines)
    for command in Program.outlines { #expect(text.contains("  \(command.name) ")) }
  }

  @Test("every script names every command and flag", arguments: Shell.allCases)
  func scripts(shell: Shell) {
    let script = shell.completionScript(Program.outlines)
    for command in Program.outlines {
      for word in command.words { #expect(script.contains(word)) }
      for flag in command.flags {
        #expect(script.contains(shell == .fish ? "-l \(flag.name) " : "--\(flag.name)"))
      }
    }
  }

  @Test("commands of two words are found by their first, and suggested by both")
  func groups() throws {
    let groups = CommandGroup.all(Program.outlines)
    #expect(groups.map(\.word) == ["cluster"] && groups[0].seconds == ["status"])
    let words = CommandGroup.firstWords(Program.outlines).map(\.word)
    #expect(words.count { $0 == "cluster" } == 1 && words.contains("locate"))
    #expect(Help.text(groups[0]).contains("  cluster status  print nodes"))
  }

  @Test(
    "bash completes what the script says",
    arguments: [
      (["clu"], "cluster"), (["cluster", ""], "status"),
      (["cluster", "status", "--lo"], "--local"),
      (["cluster", "status", "--format", ""], "table json"), (["drain", "--ti"], "--timeout"),
      (["completion", "z"], "zsh"),
    ])
  func bash(words: [String], offered: String) throws {
    let line = (["tributary"] + words).map(Shell.quoted).joined(separator: " ")
    let shell = try ChildProcess(
      "/bin/bash",
      [
        "-c",
        Shell.bash.completionScript(Program.outlines)
          + "COMP_WORDS=(\(line)); COMP_CWORD=\(words.count); _tributary; echo \"${COMPREPLY[*]}\"",
      ])
    let told = shell.output.readDataToEndOfFile()
    #expect(shell.wait() == 0)
    #expect(String(decoding: told, as: UTF8.self) == offered + "\n")
  }

  @Test("quotes in a description do not end the shell's word")
  func quoting() {
    #expect(Shell.quoted("a'b") == "'a'\\''b'")
  }

  @Test("defaults that help prints are read back as the same values")
  func defaultsParse() throws {
    for flag in ServeConfiguration.flags {
      let shown = try #require(flag.shown(ServeConfiguration()))
      var configuration = ServeConfiguration()
      #expect(flag.set(&configuration, shown))
      #expect(configuration == ServeConfiguration(), "\(flag.name)")
    }
  }
}
