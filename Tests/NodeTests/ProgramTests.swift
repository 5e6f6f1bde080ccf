// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

/// The built program, run as a process.
@Suite("The program")
struct ProgramTests {
  private struct Ended {
    var status: Int32?
    var output: String
    var errors: String
  }

  private static func start(_ arguments: [String]) throws -> ChildProcess {
    let program = URL(filePath: CommandLine.arguments[0])
      .deletingLastPathComponent().appending(path: "tributary")
    return try ChildProcess(program.path(), arguments)
  }

  private static func run(_ arguments: [String], input: String = "") throws -> Ended {
    let process = try start(arguments)
    // It may end without reading.
    try? process.input.write(contentsOf: Data(input.utf8))
    try process.input.close()
    let text = process.output.readDataToEndOfFile()
    let complaint = process.errors.readDataToEndOfFile()
    return Ended(
      status: process.wait(), output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: complaint, as: UTF8.self))
  }

  @Test("without arguments it says how to use it")
  func usage() throws {
    let ended = try Self.run([])
    #expect(ended.status == 2)
    #expect(ended.output.isEmpty)
    #expect(ended.errors.hasPrefix("usage: tributary COMMAND [flags]\n"))
  }

  @Test(
    "help and version go to standard output",
    arguments: [
      ["--help"], ["--version"], ["serve", "--help"], ["completion", "bash"],
      ["cluster", "--help"],
      ["cluster", "status", "--help"],
    ])
  func help(arguments: [String]) throws {
    let ended = try Self.run(arguments)
    #expect(ended.status == 0)
    #expect(ended.output.contains("tributary"))
    #expect(ended.errors.isEmpty)
  }

  @Test(
    "what is wrong with a command line is one line and status 2",
    arguments: [
      ["serv"], ["serve", "--shards", "0"], ["serve", "--config", "/no/file"],
      ["push", "--target"], ["locate"], ["cluster"], ["cluster", "statsu"],
      ["cluster", "--target"],
      ["serve", "--window", "7s", "--resolution", "2s", "--listen", "127.0.0.1:0"],
      ["serve", "--listen", "192.0.2.1:1"],
    ])
  func wrong(arguments: [String]) throws {
    let ended = try Self.run(arguments)
    #expect(ended.status == 2, "\(ended.errors)")
    #expect(ended.output.isEmpty)
    #expect(ended.errors.hasPrefix("tributary"))
    #expect(ended.errors.count { $0 == "\n" } == 1)
  }

  @Test("a wrong selector is shown before anything is asked", arguments: ["summary", "watch"])
  func selector(command: String) throws {
    let ended = try Self.run([command, "--target", "127.0.0.1:1", "cpu", "cpu{"])
    #expect(ended.status == 2 && ended.output.isEmpty)
    #expect(ended.errors.hasSuffix("\n  cpu{\n      ^\n"), "\(ended.errors)")
  }

  @Test("a node takes points, answers, keeps its port to itself, and drains on SIGTERM")
  func life() throws {
    let node = try Self.start(["serve", "--listen", "127.0.0.1:0"])
    var isOver = false
    defer { if !isOver { node.signal(SIGKILL) } }
    let ready = String(decoding: node.output.availableData, as: UTF8.self)
    try #require(ready.hasPrefix("ready grpc=127.0.0.1:") && ready.hasSuffix("\n"))
    let target = String(ready.dropFirst(11).dropLast())

    let good = try Self.run(["push", "--target", target], input: "a 1\n\na 2\n")
    #expect(good.status == 0 && good.output == "received 2\n" && good.errors.isEmpty)
    let bad = try Self.run(["push", "--target", target], input: "a 3\na x\na 4\n")
    #expect(bad.status == 1 && bad.output == "received 1\n")
    #expect(bad.errors == "(standard input):2:3: the value 'x' is no number\n")
    let old = try Self.run(["push", "--target", target, "--skip-bad", "-"], input: "b 1 5\nx\n")
    #expect(old.status == 1 && old.output.contains("TIME_TOO_OLD 1, first at (standard input):1"))
    let summary = try Self.run(["summary", "--target", target, "--format", "csv"])
    #expect(summary.output.contains("\na,3,6.0,2.0,1.0,3.0,0,0,"))
    let watch = try Self.run(["watch", "--target", target, "--count", "2", "--interval", "100ms"])
    #expect(watch.status == 0 && watch.output.contains("1 series over 1h"))
    let none = try Self.run(["watch", "--target", target, "--count", "1", "{host=\"x\"}"])
    #expect(none.status == 0 && none.output.contains("0 series over 1h"), "\(none)")
    let agent = try Self.run(["agent", "--target", target, "--once", "--interval", "100ms"])
    #expect(agent.status == 0, "\(agent.errors)")

    let second = try Self.run(["serve", "--listen", target])
    #expect(second.status == 2)
    #expect(second.errors.contains("cannot listen on \(target): Address already in use"))

    node.signal(SIGTERM)
    let status = node.wait()
    isOver = true
    #expect(status == 0)
    let log = node.errors.readDataToEndOfFile()
    #expect(String(decoding: log, as: UTF8.self).contains("INFO    stopped\n"))
  }
}
