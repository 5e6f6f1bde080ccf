// SPDX-License-Identifier: Apache-2.0

/// Which series are meant, in PromQL's form of an instant vector: `cpu{host=~"web.*",env!="dev"}`.
///
/// All of its matchers hold. As in Prometheus a label that a series lacks is the empty text, the
/// metric's name is the label `__name__`, and a pattern is of the whole value. Other than there
/// `{}` is allowed, and chooses everything.
public struct Selector: Sendable, Hashable {
  /// The label that stands for the metric's name.
  public static let nameLabel = "__name__"

  /// In the order in which they are written; the name before braces is the first.
  public var matchers: [LabelMatcher] = []

  /// A selector as given.
  public init(_ matchers: [LabelMatcher] = []) { self.matchers = matchers }

  /// Reads a selector, see ``SelectorParser``. O(bytes).
  ///
  /// - Throws: what is wrong, and at which column.
  public init(parsing text: String) throws(SelectorError) {
    var parser = SelectorParser(text)
    try parser.parse()
    matchers = parser.matchers
  }

  /// The selector as text that reads as the same matchers.
  public var text: String { "{" + matchers.map(\.text).joined(separator: ",") + "}" }
}

/// One condition of a ``Selector``.
public struct LabelMatcher: Sendable, Hashable {
  /// How a label's value is compared.
  public enum Operation: String, Sendable, Hashable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case matches = "=~"
    case matchesNot = "!~"
  }

  /// The label's name; ``Selector/nameLabel`` for the metric's.
  public var label: String
  /// How its value is compared.
  public var operation: Operation
  /// With what: a value, or a pattern.
  public var value: String
  /// The columns in the selector's text at which the bytes of `value` begin, and at which it ends;
  /// empty when it was not read.
  public var columns: [Int]

  /// A matcher as given.
  public init(label: String, _ operation: Operation, _ value: String, columns: [Int] = []) {
    self.label = label
    self.operation = operation
    self.value = value
    self.columns = columns
  }

  /// The column of the byte at `offset` of the value; of its end for larger ones. 1 when unknown.
  public func column(ofByte offset: Int) -> Int {
    columns.isEmpty ? 1 : columns[min(max(0, offset), columns.count - 1)]
  }

  /// As ``Selector/text`` has it.
  var text: String { Self.quoted(label) + operation.rawValue + Self.quoted(value) }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

/// What is wrong with a selector.
public struct SelectorError: Error, Hashable, CustomStringConvertible {
  /// The fault in words, without its place.
  public var message: String
  /// Where, in characters (Unicode scalars) from 1; one behind the last: the text ends too early.
  public var column: Int

  /// A fault as given.
  public init(_ message: String, column: Int) {
    self.message = message
    self.column = column
  }

  /// The fault and its place.
  public var description: String { "column \(column): \(message)" }
}
