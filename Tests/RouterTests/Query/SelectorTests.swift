// SPDX-License-Identifier: Apache-2.0
import Router
import TestKit
import Testing

@Suite("A selector")
struct SelectorTests {
  /// What a text reads as, in the parser's own plain form.
  private static func plain(_ text: String) throws -> String { try Selector(parsing: text).text }

  @Test(
    "reads as Prometheus reads it",
    arguments: [
      ("cpu", #"{"__name__"="cpu"}"#),
      (" cpu ", #"{"__name__"="cpu"}"#),
      ("node:cpu:rate5m", #"{"__name__"="node:cpu:rate5m"}"#),
      (":odd", #"{"__name__"=":odd"}"#),
      ("sum", #"{"__name__"="sum"}"#),
      ("cpu{}", #"{"__name__"="cpu"}"#),
      ("{}", "{}"),
      (#"cpu{host=~"web.*",env!="dev"}"#, #"{"__name__"="cpu","host"=~"web.*","env"!="dev"}"#),
      (#"{__name__=~"cpu|mem", a!~'x' , }"#, #"{"__name__"=~"cpu|mem","a"!~"x"}"#),
      ("\tcpu\n{ # the host\n host = \"a\" }\r\n# end", #"{"__name__"="cpu","host"="a"}"#),
      (#"{"my.metric", "label.name"="x"}"#, #"{"__name__"="my.metric","label.name"="x"}"#),
      (#"{"größe"}"#, #"{"__name__"="größe"}"#),
      ("system.cpu-0/user", #"{"__name__"="system.cpu-0/user"}"#),
      (
        #"cpu{host.name="a",data-centre="b"}"#,
        #"{"__name__"="cpu","host.name"="a","data-centre"="b"}"#
      ),
      (
        #"{a="\"\\\a\b\f\r\t\v\x41\101\u00e9\U0001F600"}"#,
        "{\"a\"=\"\\\"\\\\\u{7}\u{8}\u{c}\r\t\u{b}AAé😀\"}"
      ),
      (#"{a='\'"'}"#, #"{"a"="'\""}"#),
      (#"{a="\xc3\xa9"}"#, #"{"a"="é"}"#),
      ("{a=`\\d+\n'\"`}", "{\"a\"=\"\\\\d+\\n'\\\"\"}"),
      (#"{a="",a!=""}"#, #"{"a"="","a"!=""}"#),
      ("{a=\"#\"}", "{\"a\"=\"#\"}"),
    ])
  func reading(text: String, expected: String) throws {
    #expect(try Self.plain(text) == expected)
    #expect(try Self.plain(expected) == expected)
  }

  @Test(
    "that is none is refused at the column of its fault",
    arguments: [
      ("", 1, "the selector ends where a metric's name or `{` is expected"),
      ("   ", 4, "the selector ends where a metric's name or `{` is expected"),
      ("# cpu", 6, "the selector ends where a metric's name or `{` is expected"),
      ("{", 2, "the selector ends where a label's name or `}` is expected"),
      ("cpu{host", 9, "the selector ends where `=`, `!=`, `=~` or `!~` is expected"),
      ("cpu{host=", 10, "the selector ends where a value in quotes is expected"),
      ("cpu{host==\"a\"}", 10, "`=` where a value in quotes is expected"),
      ("cpu{host!\"a\"}", 9, "`!` where `=`, `!=`, `=~` or `!~` is expected"),
      ("cpu{host~\"a\"}", 9, "`~` where `=`, `!=`, `=~` or `!~` is expected"),
      ("cpu{host>\"a\"}", 9, "`>` where `=`, `!=`, `=~` or `!~` is expected"),
      ("cpu{host=\"a\"", 13, "the selector ends where `,` or `}` is expected"),
      (
        "cpu{host=\"a\" env=\"b\"}", 14,
        "`e` where `,` or `}` is expected; other names go in quotes"
      ),
      ("cpu{,}", 5, "`,` where a label's name or `}` is expected"),
      ("cpu{a=\"b\",,}", 11, "`,` where a label's name or `}` is expected"),
      ("cpu{host=\"a}", 10, "the string that begins here has no closing \""),
      ("cpu{host='a\n'}", 10, "the string that begins here has no closing '"),
      ("cpu{host=`a}", 10, "the string that begins here has no closing `"),
      ("cpu{host=\"a\\", 10, "the string that begins here has no closing \""),
      (
        "cpu{host=\"web\\d\"}", 14,
        "no escape is \\d; a backslash is written \\\\, or as it is in backquotes"
      ),
      (
        "cpu{host=\"\\'\"}", 11,
        "no escape is \\'; a backslash is written \\\\, or as it is in backquotes"
      ),
      ("cpu{host=\"é\\x4\"}", 12, "the escape needs 2 digits"),
      ("cpu{host=\"\\400\"}", 11, "an octal escape is at most \\377"),
      ("cpu{host=\"\\ud800\"}", 11, "the escape is no Unicode character"),
      ("cpu{host=\"\\U00110000\"}", 11, "the escape is no Unicode character"),
      ("cpu{host=\"\\xff\"}", 10, "the string that begins here is not UTF-8"),
      ("cpu{ho:st=\"a\"}", 7, "`:` where `=`, `!=`, `=~` or `!~` is expected"),
      ("cpu{\"\"=\"a\"}", 5, "a name is empty"),
      ("{\"\"}", 2, "a name is empty"),
      ("cpu{__name__=\"mem\"}", 15, "the metric's name is given twice"),
      ("cpu{\"mem\"}", 6, "the metric's name is given twice"),
      ("{\"cpu\",\"mem\"}", 9, "the metric's name is given twice"),
      ("{\"cpu\",__name__=~\"m\"}", 19, "the metric's name is given twice"),
      ("cpu[5m]", 4, "a selector has no range: the span is asked for beside it (from, to, window)"),
      ("rate(cpu)", 5, "a selector has no functions: grouping and order are asked for beside it"),
      (
        "cpu{} offset", 7,
        "`o` where the end of the selector is expected; other names go in quotes"
      ),
      (
        "größe", 3,
        "`ö` where the end of the selector is expected; other names go in quotes"
      ),
      (
        "5xx", 1,
        "`5` where a metric's name or `{` is expected; other names go in quotes"
      ),
      ("cpu\u{7}", 4, "U+7 where the end of the selector is expected"),
    ])
  func refusing(text: String, column: Int, message: String) {
    #expect(throws: SelectorError(message, column: column)) { try Selector(parsing: text) }
  }

  @Test("too long, or with too many matchers, is refused")
  func limits() {
    let long = String(repeating: "a", count: RouterLimits.selectorBytesMax + 1)
    #expect(throws: SelectorError.self) { try Selector(parsing: long) }
    let many = (0...RouterLimits.selectorMatchersMax).map { "a\($0)=\"\"" }.joined(separator: ",")
    #expect(throws: SelectorError.self) { try Selector(parsing: "{\(many)}") }
  }

  @Test("knows the column of each byte of a value")
  func columns() throws {
    let matcher = try Selector(parsing: #"m{a=~"é\x41("}"#).matchers[1]
    #expect(matcher.value == "éA(")
    #expect((0...4).map { matcher.column(ofByte: $0) } == [7, 7, 8, 12, 13])
    #expect(matcher.column(ofByte: 99) == 13)
  }

  @Test("of any matchers reads as these", arguments: 1...20 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let letters = ["a", "\"", "\\", "\n", "é", "\u{0}", "{", ",", "`", "😀"]
    func text() -> String {
      "x" + (0..<random.int(in: 0...5)).map { _ in letters[random.int(in: 0...9)] }.joined()
    }
    let operations = LabelMatcher.Operation.allCases
    let matchers = (0..<random.int(in: 0...5)).map { _ in
      LabelMatcher(label: text(), operations[random.int(in: 0...3)], text())
    }
    let read = try Selector(parsing: Selector(matchers).text).matchers
    #expect(read.map(\.label) == matchers.map(\.label))
    #expect(read.map(\.operation) == matchers.map(\.operation))
    #expect(read.map(\.value) == matchers.map(\.value))
  }
}
