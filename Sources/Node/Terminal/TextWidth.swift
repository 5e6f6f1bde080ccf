// SPDX-License-Identifier: Apache-2.0

/// How many terminal columns a text takes.
enum TextWidth {
  /// Columns of a text without control characters: 0 for marks that combine, 2 for East Asian wide
  /// characters and emoji, otherwise 1. O(length).
  static func columns(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + columns($1) }
  }

  /// The text cut to so many columns, with an ellipsis when something was cut.
  static func truncated(_ text: String, to limit: Int) -> String {
    guard columns(text) > limit else { return text }
    guard limit > 0 else { return "" }
    var result = ""
    var used = 1
    for character in text {
      used += columns(character)
      guard used <= limit else { break }
      result.append(character)
    }
    return result + "…"
  }

  private static func columns(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    if scalars.contains(where: { $0.value == 0xFE0F || isWide($0) }) { return 2 }
    return scalars.contains { !isCombining($0) } ? 1 : 0
  }

  private static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: true
    default: false
    }
  }

  /// Unicode Standard Annex 11, classes W and F, as ranges.
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1AFF0...0x1B2FF, 0x20000...0x3FFFD:
      true
    default: scalar.properties.isEmojiPresentation
    }
  }
}
