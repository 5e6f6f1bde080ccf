// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing
import TributaryClient

@testable import Node

@Suite("Lines of push")
struct LineTests {
  private func parse(_ text: String) -> LineResult {
    let bytes = Array(text.utf8)
    return LineParser.parse(bytes.span, 0..<bytes.count)
  }

  @Test(
    "a point is a name, a value and perhaps a time",
    arguments: [
      ("a.b 1", 0..<3, 1.0, Int64(0)), ("  x\t2.5 \t 1700000000 \r", 2..<3, 2.5, 1_700_000_000),
      ("x -1e3 0", 0..<1, -1000, 0), ("x inf", 0..<1, .infinity, 0),
      ("x -Infinity 7", 0..<1, -.infinity, 7), ("päron 0x1p4", 0..<6, 16, 0),
      ("x 0.1", 0..<1, 0.1, 0), ("x 123456789.123456789", 0..<1, 123456789.123456789, 0),
      ("x -0", 0..<1, -0.0, 0), ("x +5", 0..<1, 5, 0),
      ("x 5e-324", 0..<1, .leastNonzeroMagnitude, 0),
    ])
  func points(text: String, name: Range<Int>, value: Double, time: Int64) {
    #expect(parse(text) == .point(LinePoint(name: name, value: value, time: time)))
  }

  @Test(
    "labels stand between braces, as Prometheus writes them",
    arguments: [
      ("m{a=\"b\"} 1", ["a": "b"]), ("m{} 1", [:]), ("m{a=\"b\",} 1", ["a": "b"]),
      ("m{ a = \"b\" , c=\"d e\" }\t1 1700000000", ["a": "b", "c": "d e"]),
      ("m{a=\"\\\\ \\\" \\n}\"} 1", ["a": "\\ \" \n}"]), ("m{größe=\"\"}1", ["größe": ""]),
    ])
  func labels(text: String, labels: [String: String]) {
    let bytes = Array(text.utf8)
    guard case .point(let line) = parse(text) else {
      Issue.record("\(parse(text))")
      return
    }
    var known = LineSeries()
    let series = known.series(of: line, in: bytes.span, line: 0)
    #expect(series?.metric == "m" && line.value == 1 && series?.labels == labels)
  }

  @Test("names that only look the same are of different series")
  func lookalikes() throws {
    let bytes = Array("\u{E9} 1\ne\u{301} 2\n".utf8)
    var reader = LineReader()
    try reader.refill { (buffer) throws(SystemFailure) in
      buffer += bytes
      return false
    }
    var intake = LineIntake(skipsBad: false)
    intake.take(from: &reader, file: 0)
    let series = intake.takePoints().map(\.series)
    #expect(series.count == 2 && series[0] != series[1])
    #expect(series.map { Array($0.metric.utf8) } == [[0xC3, 0xA9], [0x65, 0xCC, 0x81]])
  }

  @Test(
    "what is wrong with labels is named, with the byte where it stands",
    arguments: [
      ("m{", LineProblem.Kind.labelsOpen, 2), ("m{a=\"b\"", .labelsOpen, 7),
      ("m{a=\"b 1", .labelsOpen, 8), ("m{a", .labelsOpen, 3), ("m{a} 1", .labelMark("="), 3),
      ("m{a=b} 1", .labelMark("\""), 4), ("m{a=\"1\" b=\"2\"} 1", .labelMark(","), 8),
      ("m{=\"b\"} 1", .labelNameMissing, 2), ("m{,} 1", .labelNameMissing, 2),
      ("m{a=\"1\",,b=\"2\"} 1", .labelNameMissing, 8), ("m{a=\"\\t\"} 1", .labelEscape, 5),
      ("m{a=\"1\",a=\"2\"} 1", .labelRepeated("a"), 8),
      ("m{\u{E9}=\"1\",e\u{301}=\"2\"} 1", .labelRepeated("e\u{301}"), 9),
      ("{a=\"1\"} 1", .nameMissing, 0),
      ("m{a=\"\0\"} 1", .zeroByte, 5), ("m{a=\"1\"}", .valueMissing, 8),
      ("m{a=\"1\"} x", .valueInvalid("x"), 9),
    ])
  func labelProblems(text: String, kind: LineProblem.Kind, offset: Int) {
    #expect(parse(text) == .bad(LineProblem(kind: kind, offset: offset)))
  }

  @Test("a line without text is no point and no error", arguments: ["", " ", "\t \r"])
  func blanks(text: String) {
    #expect(parse(text) == .blank)
  }

  @Test(
    "what is wrong is named, with the byte where it stands",
    arguments: [
      ("name", LineProblem.Kind.valueMissing, 4), ("name  ", .valueMissing, 4),
      ("a b", .valueInvalid("b"), 2), ("a 1,5", .valueInvalid("1,5"), 2),
      ("a 1e999", .valueInvalid("1e999"), 2),
      ("a nan", .valueNotANumber, 2), ("a 1 soon", .timeInvalid("soon"), 4),
      ("a 1 1.5", .timeInvalid("1.5"), 4),
      ("a 1 99999999999999999999", .timeInvalid("99999999999999999999"), 4),
      ("a 1 -5", .timeNegative, 4), ("a 1 2 3", .extraText("3"), 6), ("a\u{0}b 1", .zeroByte, 1),
    ])
  func problems(text: String, kind: LineProblem.Kind, offset: Int) {
    #expect(parse(text) == .bad(LineProblem(kind: kind, offset: offset)))
  }

  @Test("short decimals come out as the standard library reads them")
  func decimals() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<20_000 {
      let whole = Int.random(in: 0..<1_000_000_000, using: &random)
      let digits = Int.random(in: 0...8, using: &random)
      let fraction = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }
        .joined()
      let text =
        (Bool.random(using: &random) ? "-" : "") + "\(whole)" + (digits > 0 ? ".\(fraction)" : "")
      let bytes = Array(text.utf8)
      #expect(NumberParser.double(bytes.span, 0..<bytes.count) == Double(text), "\(text)")
    }
  }

  @Test("garbage never traps")
  func garbage() {
    var random = SplitMix64(seed: 11)
    let alphabet = Array("a1 .-+eExX\t\r\u{0}infNa\u{FF}{{}}==\"\"\",,\\".utf8)
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...24, using: &random)
      let bytes = (0..<count).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      _ = LineParser.parse(bytes.span, 0..<bytes.count)
    }
  }

  @Test("blocks are cut into the same lines wherever they are cut")
  func blocks() throws {
    let text = Array("one 1\n\ntwo 2\r\nthree 3".utf8)
    for size in 1...text.count {
      var reader = LineReader()
      var lines: [String] = []
      var rest = text[...]
      while !reader.isFinished {
        try reader.refill { (buffer) throws(SystemFailure) in
          buffer += rest.prefix(size)
          rest = rest.dropFirst(size)
          return !rest.isEmpty
        }
        while case .whole(let range)? = reader.next() {
          lines.append(String(decoding: reader.buffer[range], as: UTF8.self))
        }
      }
      #expect(lines == ["one 1", "", "two 2\r", "three 3"])
      #expect(reader.lineNumber == 4)
    }
  }

  @Test("a line without an end takes no more memory than the limit and a block, and is told once")
  func longLine() throws {
    var reader = LineReader()
    var seen: [LineReader.Line] = []
    for block in 0..<10 {
      try reader.refill { (buffer) throws(SystemFailure) in
        buffer += [UInt8](repeating: 0x61, count: LineReader.blockBytes)
        if block == 9 { buffer += Array("\nx 1\n".utf8) }
        return block < 9
      }
      while let line = reader.next() { seen.append(line) }
      #expect(reader.buffer.count <= LineReader.lineBytesMax + 2 * LineReader.blockBytes)
    }
    #expect(seen.count == 2)
    #expect(seen.first == .tooLong)
    #expect(reader.lineNumber == 2)
  }
}
