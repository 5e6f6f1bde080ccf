// SPDX-License-Identifier: Apache-2.0

/// A point as it stands in a line: name and labels are ranges of the line's bytes.
struct LinePoint: Sendable, Hashable {
  var name: Range<Int>
  /// Behind the opening brace to the closing one, for a ``LabelScanner``; empty: there are none.
  var labels = 0..<0
  var value: Double
  /// Unix seconds; 0: to be stamped on arrival.
  var time: Int64
}

/// What one line holds.
enum LineResult: Sendable, Hashable {
  case point(LinePoint)
  /// Nothing but white space.
  case blank
  case bad(LineProblem)
}

/// What is wrong with a line, and at which of its bytes (from 0).
struct LineProblem: Error, Sendable, Hashable {
  /// The kinds of trouble.
  enum Kind: Sendable, Hashable {
    case nameMissing
    case valueMissing
    case valueInvalid(String)
    case valueNotANumber
    case timeInvalid(String)
    case timeNegative
    case extraText(String)
    case lineTooLong(bytesMax: Int)
    case zeroByte
    case notUTF8
    case labelsOpen
    case labelNameMissing
    /// A mark that should stand here.
    case labelMark(String)
    case labelEscape
    case labelRepeated(String)
  }

  var kind: Kind
  var offset: Int

  /// One sentence for people.
  var text: String {
    switch kind {
    case .nameMissing: "no name before the labels; expected `name{label=\"value\",...} value`"
    case .valueMissing: "no value after the name; expected `name value [unix-seconds]`"
    case .valueInvalid(let text): "the value '\(text)' is no number"
    case .valueNotANumber: "the value is NaN, which no statistic can take in"
    case .timeInvalid(let text): "the time '\(text)' is not in whole Unix seconds"
    case .timeNegative: "the time is negative; expected Unix seconds, or none for now"
    case .extraText(let text):
      "unexpected '\(text)' after the time; expected `name value [unix-seconds]`"
    case .lineTooLong(let bytesMax): "the line is longer than \(bytesMax) bytes"
    case .notUTF8: "name and labels are not UTF-8"
    case .zeroByte: "a zero byte; is this a text file?"
    case .labelsOpen: "the labels have no end; expected `name{label=\"value\",...} value`"
    case .labelNameMissing: "a label has no name; expected `label=\"value\"`"
    case .labelMark(let mark): "expected `\(mark)` among the labels; they are `label=\"value\",...`"
    case .labelEscape: "a backslash in a label's value goes with `\\`, `\"` or `n`"
    case .labelRepeated(let name): "the label '\(name)' comes twice"
    }
  }
}
