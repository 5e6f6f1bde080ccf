// SPDX-License-Identifier: Apache-2.0
import Interop
import Testing

@Suite("The interoperability programs' flags")
struct InteropFlagsTests {
  private func read(_ arguments: String...) throws -> InteropFlags {
    try InteropFlags(arguments, valued: ["port", "host"], switches: ["use_tls", "use_test_ca"])
  }

  @Test(
    "are read in every form that official programs are called with",
    arguments: [["--port=7"], ["--port", "7"], ["-port=7"], ["-port", "7"]])
  func forms(_ arguments: [String]) throws {
    let flags = try InteropFlags(arguments, valued: ["port"], switches: [])
    #expect(try flags.port("port", default: 1) == 7)
  }

  @Test("that are switches may stand alone, or be followed by their value")
  func switches() throws {
    let flags = try read("--use_tls", "false", "-use_test_ca", "--host=a=b")
    #expect(try !flags.isOn("use_tls", default: true))
    #expect(try flags.isOn("use_test_ca"))
    #expect(flags["host"] == "a=b")
    #expect(try !read().isOn("use_tls"))
    #expect(try read("--use_tls=1").isOn("use_tls"))
  }

  @Test(
    "that make no sense are named",
    arguments: [["--nothing"], ["--nothing=1"], ["stray"], ["--port"], ["--", "7"]])
  func failures(_ arguments: [String]) {
    #expect(throws: InteropFlags.Failure.self) {
      try InteropFlags(arguments, valued: ["port"], switches: [])
    }
  }

  @Test("have values that are checked", arguments: ["-1", "65536", "x", ""])
  func values(_ text: String) throws {
    #expect(throws: InteropFlags.Failure.self) {
      try read("--port=\(text)").port("port", default: 1)
    }
    #expect(throws: InteropFlags.Failure.self) { try read("--use_tls=\(text)").isOn("use_tls") }
  }
}
