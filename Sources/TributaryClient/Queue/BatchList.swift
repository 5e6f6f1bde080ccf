// SPDX-License-Identifier: Apache-2.0

/// Batches in order, taken from the front in O(1) amortised.
struct BatchList {
  private var batches: [BatchQueue.Batch?] = []
  private var start = 0

  var isEmpty: Bool { start == batches.count }
  var first: BatchQueue.Batch? { isEmpty ? nil : batches[start] }

  mutating func append(_ batch: BatchQueue.Batch) { batches.append(batch) }

  mutating func popFirst() -> BatchQueue.Batch? {
    guard !isEmpty else { return nil }
    defer {
      batches[start] = nil
      start += 1
      if 2 * start >= batches.count {
        batches.removeFirst(start)
        start = 0
      }
    }
    return batches[start]
  }

  func forEach(_ body: (BatchQueue.Batch) -> Void) {
    for case let batch? in batches[start...] { body(batch) }
  }
}
