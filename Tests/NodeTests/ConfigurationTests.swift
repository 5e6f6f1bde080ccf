// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Node

@Suite("Configuration")
struct ConfigurationTests {
  private func read(_ text: String) throws -> ServeConfiguration {
    var configuration = ServeConfiguration()
    try ConfigurationText(flags: ServeConfiguration.flags, file: "f.yaml")
      .read(Array(text.utf8), into: &configuration)
    return configuration
  }

  @Test("keys set what they name, and the rest keeps its default")
  func keys() throws {
    var expected = ServeConfiguration()
    expected.listen = HostPort(host: "::1", port: 0)
    expected.shards = 7
    expected.windowSeconds = 600
    expected.connectionAgeMax = .seconds(300)
    expected.connectionAgeGrace = nil
    expected.logFormat = .json
    let text = """
      # a comment
      listen: "[::1]:0"
      shards: 7
      window: 10m   # another
      connection-age-max: 5m
      connection-age-grace: off
      log-format: 'json'
      """
    #expect(try read(text) == expected)
  }

  @Test(
    "nothing, comments or an empty document change nothing",
    arguments: ["", "\n", "# x\n", "---\n"])
  func empty(text: String) throws {
    #expect(try read(text) == ServeConfiguration())
  }

  @Test(
    "an error names its place and the nearest key",
    arguments: [
      ("listen: 127.0.0.1:1\nshard: 3\n", 2, 1, "unknown key shard; did you mean shards?"),
      ("window: 1h\n\nwindow: 2h\n", 3, 1, "window is given twice; first in line 1"),
      (
        "loops: many\n", 1, 8,
        "loops: expected a whole number from 1 to 256, or cores, found 'many'"
      ),
      (
        "loops: [1, 2]\n", 1, 8,
        "loops: expected a whole number from 1 to 256, or cores, found a list"
      ),
      (
        "loops:\n  a: 1\n", 2, 3,
        "loops: expected a whole number from 1 to 256, or cores, found a mapping"
      ),
      ("loops:\n", 1, 7, "loops: expected a whole number from 1 to 256, or cores, found nothing"),
      ("- listen\n", 1, 1, "expected keys and values, such as `listen: 127.0.0.1:50051`"),
      ("just text\n", 1, 1, "expected keys and values, such as `listen: 127.0.0.1:50051`"),
      ("[a]: 1\n", 1, 1, "a key must be a plain word"),
      ("loops: 1\n---\nloops: 2\n", 2, 1, "only one document is expected; take the `---` away"),
    ])
  func errors(text: String, line: Int, column: Int, message: String) {
    let error = ConfigurationError(file: "f.yaml", line: line, column: column, message: message)
    #expect(throws: error) { try read(text) }
  }

  @Test(
    "what is no YAML is refused with a place",
    arguments: [
      "listen: \"a\n", "\tlisten: 1\n", "a: b: c\n", "listen: &x 1\nx: *y\n", "%bad\n", "\u{0}",
    ])
  func garbage(text: String) {
    let error = #expect(throws: ConfigurationError.self) { try read(text) }
    #expect((error?.line ?? 0) >= 1)
    #expect((error?.column ?? 0) >= 1)
  }

  @Test("the example names every key, with the default of the code")
  func example() throws {
    let bytes = try FileText.read(Self.examplePath, bytesMax: ConfigurationFile.bytesMax)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(try read(text) == ServeConfiguration())
    for flag in ServeConfiguration.flags {
      let value = try #require(flag.shown(ServeConfiguration()))
      #expect(text.contains("\n\(flag.name): \(value)\n"), "\(flag.name)")
    }
  }

  @Test("flags win over the file, wherever they stand")
  func flagsWin() throws {
    for arguments in [
      ["--config", Self.examplePath, "--shards", "3"],
      ["--shards=3", "--config=\(Self.examplePath)"],
    ] {
      guard case .run(let command) = try ServeCommand.parsed(arguments) else { continue }
      #expect(command.chosen.shards == 3)
      #expect(command.chosen.listen == ServeConfiguration().listen)
    }
  }

  @Test("numbers in a file that do not go together are an error at their place")
  func shapes() throws {
    let path = try TemporaryFile.write("listen: 127.0.0.1:0\nwindow: 10s\nresolution: 3s\n")
    defer { TemporaryFile.remove(path) }
    let problem = "the window of 10 s is no multiple of the resolution of 3 s"
    #expect(throws: UsageError("\(path):2:9: \(problem)")) {
      try ServeCommand.parsed(["--config", path])
    }
    guard case .run(let mended) = try ServeCommand.parsed(["--config", path, "--window", "9s"])
    else { return }
    #expect(mended.chosen.windowSeconds == 9)
    #expect(throws: UsageError("the window of 20 s is no multiple of the resolution of 3 s")) {
      try ServeCommand.parsed(["--config", path, "--window", "20s"])
    }
  }

  @Test("names without quantiles are patterns, each of them well-formed")
  func quantilesOff() throws {
    guard case .run(let command) = try ServeCommand.parsed(["--quantiles-off", "debug.*,tmp?"])
    else { return }
    #expect(command.chosen.quantilesOff == ["debug.*", "tmp?"])
    _ = try command.chosen.histograms()
    for text in ["", "a,,b", "a,[b", "a\\"] {
      #expect(throws: UsageError.self) { try ServeCommand.parsed(["--quantiles-off", text]) }
    }
  }

  @Test("a file that is not there is a usage error")
  func missing() {
    #expect(
      throws: UsageError("cannot read the configuration /no/file: No such file or directory")
    ) { try ServeCommand.parsed(["--config", "/no/file"]) }
  }

  private static var examplePath: String {
    let here = "\(#filePath)"
    return here.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
      + "/config/tributary.yaml"
  }
}
