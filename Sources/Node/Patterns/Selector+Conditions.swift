// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

extension Selector {
  /// What shards test for.
  ///
  /// - Parameter patterns: gets the expressions that had to be compiled.
  /// - Throws: what is wrong with a pattern, and at which column of the selector.
  func conditions(_ patterns: inout [RegularExpression]) throws(SelectorError) -> [LabelCondition] {
    var conditions: [LabelCondition] = []
    for matcher in matchers { conditions.append(try matcher.condition(&patterns)) }
    return conditions
  }
}

extension LabelMatcher {
  fileprivate func condition(
    _ patterns: inout [RegularExpression]
  ) throws(SelectorError) -> LabelCondition {
    let test: LabelCondition.Test =
      switch operation {
      case .equal, .notEqual: .equals(value)
      case .matches, .matchesNot: try test(&patterns)
      }
    return LabelCondition(
      label: label == Selector.nameLabel ? nil : label, test,
      isNegated: operation == .notEqual || operation == .matchesNot)
  }

  private func test(
    _ patterns: inout [RegularExpression]
  ) throws(SelectorError) -> LabelCondition.Test {
    switch PatternShape(value) {
    case .anything: return .always
    case .nonEmpty: return .isNotEmpty
    case .literals(let texts): return texts.count == 1 ? .equals(texts[0]) : .oneOf(texts)
    case .prefix(let text): return .beginsWith(text)
    case .suffix(let text): return .endsWith(text)
    case .contains(let text): return .contains(text)
    case .other:
      do {
        let pattern = try RegularExpression(value)
        patterns.append(pattern)
        return .matches(pattern)
      } catch {
        throw SelectorError(
          "the pattern is none: \(error.message)", column: column(ofByte: error.offset))
      }
    }
  }
}
