// SPDX-License-Identifier: Apache-2.0

/// What must hold of one label of a series. A label that the series lacks has the empty value.
public struct LabelCondition: Sendable {
  /// A comparison with the whole value, by bytes.
  public enum Test: Sendable {
    case equals(String)
    /// Any of these, which are in order of their bytes.
    case oneOf([String])
    case beginsWith(String)
    case endsWith(String)
    case contains(String)
    case isNotEmpty
    case always
    case matches(any TextPattern)
  }

  /// The label's name; nil: the metric's name is meant.
  public var label: String?
  /// The comparison.
  public var test: Test
  /// It must fail.
  public var isNegated: Bool

  /// A condition as given.
  public init(label: String?, _ test: Test, isNegated: Bool = false) {
    self.label = label
    self.test = test
    self.isNegated = isNegated
  }

  /// The names that alone fulfil it; nil: it is not about names, or there is no such list.
  var names: [String]? {
    guard label == nil, !isNegated else { return nil }
    return switch test {
    case .equals(let name): [name]
    case .oneOf(let names): names
    default: nil
    }
  }

  /// Cheap ones are tried first.
  var cost: Int {
    switch test {
    case .always: 0
    case .equals, .beginsWith, .endsWith, .isNotEmpty: label == nil ? 1 : 2
    case .oneOf: 3
    case .contains: 4
    case .matches: 5
    }
  }
}
