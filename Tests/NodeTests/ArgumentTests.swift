// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Node

/// Options to parse into.
private struct Options: Equatable, Sendable {
  var shards: Int?
  var window: Int64 = 60
  var verbose = false
  var names: [String] = []
  var files: [String] = []

  static let syntax = Syntax<Options>(
    command: "test", summary: "do nothing",
    flags: [
      Flag("shards", \.shards, ValueKind<Int>.count(1...8).or("cores"), "how many"),
      Flag("window", \.window, .seconds(1...3600), "how long"),
      Flag("verbose", \.verbose, "say more"),
      Flag(list: "name", \.names, .text("NAME"), "only this"),
    ],
    operand: Operand(
      placeholder: "FILE", text: "what to read", counts: 0...2, completion: .files, path: \.files))

  static func parse(_ arguments: [String]) throws -> Options {
    guard case .run(let options) = try syntax.parse(arguments, onto: Options()) else {
      throw UsageError("help")
    }
    return options
  }
}

@Suite("Command lines")
struct ArgumentTests {
  @Test("a value may follow its flag or an equals sign, and the last one wins")
  func values() throws {
    let options = try Options.parse(
      ["--window", "10s", "--shards=3", "--window=1m", "--verbose", "a", "--name", "x", "--name=y"])
    #expect(
      options == Options(shards: 3, window: 60, verbose: true, names: ["x", "y"], files: ["a"]))
  }

  @Test("a word may stand for no value")
  func words() throws {
    #expect(try Options.parse(["--shards", "2", "--shards", "cores"]).shards == nil)
  }

  @Test("after two dashes everything is an operand, and one dash is one")
  func dashes() throws {
    #expect(try Options.parse(["-", "--", "--verbose"]).files == ["-", "--verbose"])
  }

  @Test(
    "what is wrong is said in one line",
    arguments: [
      (["--windw", "1s"], "unknown flag --windw; did you mean --window?"),
      (["--zzzzzzz"], "unknown flag --zzzzzzz"),
      (["-x"], "unknown flag -x"),
      (["--window"], "--window needs a value: --window DURATION"),
      (["--window", "--verbose"], "--window needs a value: --window DURATION"),
      (["--verbose=yes"], "--verbose takes no value"),
      (
        ["--shards", "9"],
        "--shards: '9' is not valid; expected a whole number from 1 to 8, or cores"
      ),
      (
        ["--window=soon"],
        "--window: 'soon' is not valid; expected whole seconds from 1s to 1h, such as 10s or 1h"
      ),
      (["a", "b", "c"], "unexpected argument 'c'"),
    ])
  func errors(arguments: [String], message: String) {
    #expect(throws: UsageError(message)) { try Options.parse(arguments) }
  }

  @Test("help is found anywhere before two dashes", arguments: [["--help"], ["-h"], ["a", "-h"]])
  func help(arguments: [String]) throws {
    guard case .help = try Options.syntax.parse(arguments, onto: Options()) else {
      Issue.record("no help")
      return
    }
  }

  @Test("the nearest name is suggested only when it is near")
  func nearest() {
    #expect(NearestName.find("lisetn", among: ["listen", "loops"]) == "listen")
    #expect(NearestName.find("summ", among: ["summary", "serve"]) == "summary")
    #expect(NearestName.find("xyz", among: ["listen", "loops"]) == nil)
    #expect(NearestName.find("", among: []) == nil)
    #expect(NearestName.distance("ab", "ba") == 1)
    #expect(NearestName.distance("", "abc") == 3)
  }
}
