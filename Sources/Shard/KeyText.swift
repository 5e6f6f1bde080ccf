// SPDX-License-Identifier: Apache-2.0
internal import Proto

/// The bytes of a series' key where they lie, taken apart without a copy. See ``SeriesKey``.
@unsafe
struct KeyText {
  let key: UnsafeRawBufferPointer
  private let nameEnd: Int

  init(_ key: UnsafeRawBufferPointer) {
    unsafe self.key = unsafe key
    unsafe nameEnd = unsafe KeyText.mark(in: key, from: 0)
  }

  /// The metric's name.
  var name: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: key[..<nameEnd]) }

  /// The value of a label; empty when there is none. O(key), eight bytes at a time.
  ///
  /// - Parameter label: ``SeriesKey/labelMark``, the label's name, ``SeriesKey/valueMark``.
  @inline(__always)
  func value(of label: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = unsafe nameEnd
    while unsafe start < key.count {
      let end = unsafe KeyText.mark(in: key, from: start + 1)
      if end - start >= label.count, unsafe KeyText.has(key, label, at: start) {
        return unsafe UnsafeRawBufferPointer(rebasing: key[start + label.count..<end])
      }
      start = end
    }
    return unsafe UnsafeRawBufferPointer(rebasing: key[key.count...])
  }

  /// Visits the labels: of each its name, ``SeriesKey/valueMark`` and its value. O(key).
  func forEachLabel(_ body: (UnsafeRawBufferPointer) -> Void) {
    var start = unsafe nameEnd
    while unsafe start < key.count {
      let end = unsafe KeyText.mark(in: key, from: start + 1)
      unsafe body(UnsafeRawBufferPointer(rebasing: key[start + 1..<end]))
      start = end
    }
  }

  /// Where the next label begins at or behind `start`: at its mark, or at the end.
  @inline(__always)
  private static func mark(in key: UnsafeRawBufferPointer, from start: Int) -> Int {
    var offset = start
    while offset + 8 <= key.count {
      let word = unsafe UInt64(
        littleEndian: key.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      // The lowest byte that is 0xFF: in the complement the lowest that is zero (Mycroft).
      let rest = ~word
      let zeros = (rest &- 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080
      if zeros != 0 { return offset + zeros.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < key.count, unsafe key[offset] != SeriesKey.labelMark { offset += 1 }
    return offset
  }

  /// Whether `text` stands at `start`, where there is room for it. O(text).
  @inline(__always)
  static func has(
    _ key: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer, at start: Int
  ) -> Bool {
    var offset = 0
    while offset + 8 <= text.count {
      let own = unsafe key.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
      if unsafe own != text.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
      offset += 8
    }
    while offset < text.count {
      if unsafe key[start + offset] != text[offset] { return false }
      offset += 1
    }
    return true
  }
}
