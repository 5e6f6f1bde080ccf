// SPDX-License-Identifier: Apache-2.0
internal import Proto

/// A ``SeriesSelection`` in use by one scan: one thread asks it about many keys.
///
/// All texts lie in one array and the tests are plain values, so that a key costs neither an
/// allocation nor the counting of references, unless a pattern must be asked.
struct SelectionMatcher {
  /// A test; its texts are ranges of `bytes`.
  private struct Test {
    enum Kind: UInt8 {
      case always, isNotEmpty, equals, beginsWith, endsWith, contains, oneOf, pattern, glob
    }

    var kind = Kind.always
    var isNegated = false
    /// As ``KeyText`` looks for it; empty: the metric's name is meant.
    var label = 0..<0
    /// The text; of `oneOf` those of `ends` that belong to it.
    var text = 0..<0
    /// Which pattern or glob.
    var index = 0
  }

  private var bytes: [UInt8] = []
  private var tests: [Test] = []
  /// The tests of each alternative.
  private var alternatives: [Range<Int>] = []
  /// Where the texts of `oneOf` lie.
  private var choices: [Range<Int>] = []
  private var patterns: [any TextMatcher] = []
  private var globs: [Glob] = []

  init(_ selection: [[SeriesSelection.Test]]) {
    for alternative in selection {
      let first = tests.count
      for test in alternative {
        switch test {
        case .glob(let glob):
          tests.append(Test(kind: .glob, index: globs.count))
          globs.append(glob)
        case .label(let condition): tests.append(compiled(condition))
        }
      }
      alternatives.append(first..<tests.count)
    }
  }

  private mutating func compiled(_ condition: LabelCondition) -> Test {
    var test = Test(isNegated: condition.isNegated)
    if let label = condition.label {
      test.label = keep([SeriesKey.labelMark] + Array(label.utf8) + [SeriesKey.valueMark])
    }
    switch condition.test {
    case .always: test.kind = .always
    case .isNotEmpty: test.kind = .isNotEmpty
    case .equals(let text): (test.kind, test.text) = (.equals, keep(Array(text.utf8)))
    case .beginsWith(let text): (test.kind, test.text) = (.beginsWith, keep(Array(text.utf8)))
    case .endsWith(let text): (test.kind, test.text) = (.endsWith, keep(Array(text.utf8)))
    case .contains(let text): (test.kind, test.text) = (.contains, keep(Array(text.utf8)))
    case .oneOf(let texts):
      let first = choices.count
      for text in texts { choices.append(keep(Array(text.utf8))) }
      (test.kind, test.text) = (.oneOf, first..<choices.count)
    case .matches(let pattern):
      (test.kind, test.index) = (.pattern, patterns.count)
      patterns.append(pattern.makeMatcher())
    }
    return test
  }

  private mutating func keep(_ text: [UInt8]) -> Range<Int> {
    bytes += text
    return bytes.count - text.count..<bytes.count
  }

  /// Whether the series of this key is chosen. O(tests x key), beside what patterns take.
  func matches(_ key: UnsafeRawBufferPointer) -> Bool {
    let key = unsafe KeyText(key)
    return unsafe bytes.withUnsafeBytes { bytes in
      for alternative in alternatives {
        if unsafe holds(alternative, key, bytes) { return true }
      }
      return alternatives.isEmpty
    }
  }

  @inline(__always)
  private func holds(
    _ alternative: Range<Int>, _ key: KeyText, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    for index in alternative {
      let test = tests[index]
      let value = unsafe value(test, key, bytes)
      if unsafe holds(test, value, bytes) == test.isNegated { return false }
    }
    return true
  }

  @inline(__always)
  private func value(
    _ test: Test, _ key: KeyText, _ bytes: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    if test.label.isEmpty { return unsafe key.name }
    return unsafe key.value(of: UnsafeRawBufferPointer(rebasing: bytes[test.label]))
  }

  private func holds(
    _ test: Test, _ value: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    if test.kind == .oneOf { return unsafe isAny(of: test.text, value, bytes) }
    let text = unsafe UnsafeRawBufferPointer(rebasing: bytes[test.text])
    let excess = value.count - text.count
    switch test.kind {
    case .always: return true
    case .isNotEmpty: return unsafe !value.isEmpty
    case .equals: return unsafe excess == 0 && KeyText.has(value, text, at: 0)
    case .beginsWith: return unsafe excess >= 0 && KeyText.has(value, text, at: 0)
    case .endsWith: return unsafe excess >= 0 && KeyText.has(value, text, at: excess)
    case .contains:
      var start = 0
      while start <= excess {
        if unsafe KeyText.has(value, text, at: start) { return true }
        start += 1
      }
      return false
    case .pattern: return unsafe patterns[test.index].matches(value)
    case .glob: return unsafe globs[test.index].matches(value)
    case .oneOf: return false
    }
  }

  /// Looks for a value among sorted texts.
  private func isAny(
    of texts: Range<Int>, _ value: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    var (low, high) = (texts.lowerBound, texts.upperBound)
    while low < high {
      let middle = (low + high) / 2
      let text = unsafe UnsafeRawBufferPointer(rebasing: bytes[choices[middle]])
      let order = unsafe SelectionMatcher.order(text, value)
      if order == 0 { return true }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return false
  }

  /// As `memcmp` says, the shorter first where one begins the other.
  private static func order(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int
  {
    let shared = min(left.count, right.count)
    var offset = 0
    while offset < shared {
      let (leftByte, rightByte) = unsafe (left[offset], right[offset])
      if leftByte != rightByte { return leftByte < rightByte ? -1 : 1 }
      offset += 1
    }
    return left.count - right.count
  }
}
