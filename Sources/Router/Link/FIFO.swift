// SPDX-License-Identifier: Apache-2.0

/// A queue that grows at the end and shrinks at the front, both in O(1) amortized.
///
/// Elements taken leave `nil` behind, which is cut off once it is half of the array.
package struct FIFO<Element> {
  private var slots: [Element?] = []
  private var head = 0

  package init() {}

  /// Elements in it.
  package var count: Int { slots.count - head }

  package var isEmpty: Bool { count == 0 }

  /// The oldest.
  package var first: Element? { isEmpty ? nil : slots[head] }

  /// The `index`th oldest.
  ///
  /// - Precondition: `index` is in `0..<count`.
  package subscript(index: Int) -> Element {
    guard let element = slots[head + index] else { preconditionFailure("a slot was emptied") }
    return element
  }

  package mutating func append(_ element: Element) { slots.append(element) }

  /// Takes the oldest.
  package mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    defer { cut() }
    let element = slots[head]
    slots[head] = nil
    head += 1
    return element
  }

  /// Forgets all.
  package mutating func removeAll() {
    slots.removeAll()
    head = 0
  }

  /// Changes one in place.
  package mutating func update<Result>(_ index: Int, _ body: (inout Element) -> Result) -> Result {
    guard var element = slots[head + index] else { preconditionFailure("a slot was emptied") }
    slots[head + index] = nil
    defer { slots[head + index] = element }
    return body(&element)
  }

  private mutating func cut() {
    guard head > 32, 2 * head >= slots.count else { return }
    slots.removeFirst(head)
    head = 0
  }
}

extension FIFO: Sendable where Element: Sendable {}
