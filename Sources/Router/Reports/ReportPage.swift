// SPDX-License-Identifier: Apache-2.0
public import Shard

/// Some rows of a report, in order of their names' bytes.
public struct ReportPage: Sendable {
  /// Row numbers of the report it is a page of.
  public let rows: [Int]
  /// Where the next page begins; nil: there is none.
  public let next: PageToken?

  /// The first `size` rows of `report` whose names come behind the token's.
  ///
  /// O(rows), and O(log size) for each row that is a candidate; O(size) memory. Series that are
  /// there throughout are on exactly one page, whatever comes and goes between pages.
  ///
  /// - Precondition: `size` is positive.
  public init(of report: PartialReport, size: Int, after token: PageToken? = nil) {
    precondition(size > 0, "a page has at least a row")
    var selected = SmallestRows(report, rowsMax: size)
    for row in 0..<report.count {
      if let token, !report.isName(row, after: token.lastName) { continue }
      selected.offer(row)
    }
    rows = selected.sorted()
    if selected.hasLeftOut, let last = rows.last {
      next = PageToken(lastName: Array(report.nameBytes[report.nameRange(last)]))
    } else {
      next = nil
    }
  }
}

/// Keeps the rows with the smallest names: a heap whose root has the greatest.
private struct SmallestRows {
  private let report: PartialReport
  private let rowsMax: Int
  private var heap: [Int] = []
  private(set) var hasLeftOut = false

  init(_ report: PartialReport, rowsMax: Int) {
    self.report = report
    self.rowsMax = rowsMax
    heap.reserveCapacity(min(rowsMax, report.count))
  }

  mutating func offer(_ row: Int) {
    if heap.count < rowsMax {
      heap.append(row)
      siftUp(heap.count - 1)
      return
    }
    hasLeftOut = true
    if report.isName(row, before: heap[0]) {
      heap[0] = row
      siftDown()
    }
  }

  func sorted() -> [Int] {
    heap.sorted { report.isName($0, before: $1) }
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard report.isName(heap[parent], before: heap[child]) else { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var greatest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if report.isName(heap[greatest], before: heap[child]) { greatest = child }
      }
      if greatest == parent { return }
      heap.swapAt(parent, greatest)
      parent = greatest
    }
  }
}
