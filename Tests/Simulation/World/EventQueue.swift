// SPDX-License-Identifier: Apache-2.0

/// What happens when: a binary heap by time; what is due at the same time happens in the order in
/// which it was planned.
struct EventQueue {
  struct Entry {
    /// Virtual microseconds.
    var time: Int64
    var order: UInt64
    var label: StaticString
    var body: () -> Void

    func isBefore(_ other: Entry) -> Bool {
      time == other.time ? order < other.order : time < other.time
    }
  }

  private var heap: [Entry] = []
  private var planned: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }
  /// When the next one is due.
  var nextTime: Int64? { heap.first?.time }

  /// O(log events).
  mutating func add(at time: Int64, _ label: StaticString, _ body: @escaping () -> Void) {
    heap.append(Entry(time: time, order: planned, label: label, body: body))
    planned += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// O(log events).
  mutating func popFirst() -> Entry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].isBefore(heap[least]) { least = child }
      }
      if least == parent { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  mutating func removeAll() { heap.removeAll() }
}
