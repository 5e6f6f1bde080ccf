// SPDX-License-Identifier: Apache-2.0

/// A column of numbers that is filled again and again: it keeps its memory.
@safe
@usableFromInline
struct BatchColumn<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline private(set) var count = 0
  private var capacity = 0
  @usableFromInline private(set) var start: UnsafeMutablePointer<Element>

  init() { unsafe start = .allocate(capacity: 0) }

  // Inlinable, or the optimiser fails an assertion where it inlines a setter of a column.
  @inlinable deinit { unsafe start.deallocate() }

  @usableFromInline
  subscript(row: Int) -> Element {
    @inlinable @inline(__always) get {
      precondition(row >= 0 && row < count, "no such row")
      return unsafe start[row]
    }
  }

  /// Good until the column changes.
  @unsafe @inlinable
  var elements: UnsafeBufferPointer<Element> {
    unsafe UnsafeBufferPointer(start: start, count: count)
  }

  mutating func removeAll() { count = 0 }

  /// Makes room for so many more, so that they can be appended.
  mutating func reserve(_ more: Int) {
    guard capacity - count < more else { return }
    capacity = max(2 * capacity, count + more)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    unsafe larger.update(from: start, count: count)
    unsafe start.deallocate()
    unsafe start = larger
  }

  /// Where the next element goes; there is room for as many as were reserved.
  @unsafe
  var end: UnsafeMutablePointer<Element> { unsafe start + count }

  /// So many were written at ``end``.
  mutating func grow(_ more: Int) {
    precondition(more <= capacity - count, "no room in a column")
    count += more
  }

  /// There must be room.
  @inline(__always)
  mutating func append(_ element: Element) {
    precondition(count < capacity, "no room in a column")
    unsafe start[count] = element
    count += 1
  }
}

extension BatchColumn where Element: Comparable {
  func firstRow(atLeast bound: Element) -> Int? {
    for row in 0..<count where self[row] >= bound { return row }
    return nil
  }
}
