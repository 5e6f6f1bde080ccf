// SPDX-License-Identifier: Apache-2.0
internal import Proto

/// Sixteen bits of a series' labels: each label, with its value, has set one of them. A series
/// whose bits lack a label's does not have that label, so its key need not be looked at.
struct LabelMarks {
  private(set) var bits: UInt16 = 0

  /// No labels.
  init() {}

  /// The labels of a key. O(key).
  init(_ key: UnsafeRawBufferPointer) {
    unsafe KeyText(key).forEachLabel { label in unsafe add(label) }
  }

  /// Adds a label: its name, ``SeriesKey/valueMark``, its value. O(label).
  mutating func add(_ label: UnsafeRawBufferPointer) {
    // FNV-1a, its upper bits mixed.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in 0..<label.count { hash = unsafe (hash ^ UInt64(label[index])) &* 0x100_0000_01B3 }
    let mixed = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
    bits |= 1 << UInt16(truncatingIfNeeded: mixed >> 60)
  }
}

/// What the ``LabelMarks`` of chosen series have.
struct LabelMarksFilter: Sendable {
  /// Those of all alternatives: of each of an alternative's at least one bit is set.
  private var masks: [UInt16] = []
  /// Where those of each alternative end.
  private var ends: [Int] = []

  /// Nil: series with any marks may be chosen.
  init?(_ alternatives: [[SeriesSelection.Test]]) {
    guard !alternatives.isEmpty else { return nil }
    for tests in alternatives {
      let own = tests.compactMap(LabelMarksFilter.mask)
      if own.isEmpty { return nil }
      masks += own
      ends.append(masks.count)
    }
  }

  /// Whether a series with these marks may be chosen. O(conditions).
  @inline(__always)
  func mayChoose(_ marks: UInt16) -> Bool {
    // No condition is met without a label.
    guard marks != 0 else { return false }
    var next = 0
    for end in ends {
      while next < end, marks & masks[next] != 0 { next += 1 }
      if next == end { return true }
      next = end
    }
    return false
  }

  /// The marks of which a series has one if it meets a test; nil: it may have any.
  private static func mask(_ test: SeriesSelection.Test) -> UInt16? {
    guard case .label(let condition) = test, let label = condition.label, !condition.isNegated
    else { return nil }
    let texts: [String]
    switch condition.test {
    case .equals(let text): texts = [text]
    case .oneOf(let some): texts = some
    default: return nil
    }
    // A label that is not there has the empty value.
    guard !texts.contains("") else { return nil }
    var marks = LabelMarks()
    for text in texts {
      let bytes = Array(label.utf8) + [SeriesKey.valueMark] + Array(text.utf8)
      unsafe bytes.withUnsafeBytes { unsafe marks.add($0) }
    }
    return marks.bits
  }
}
