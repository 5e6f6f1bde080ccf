// SPDX-License-Identifier: Apache-2.0
public import Shard

/// A place between the rows of an ordered answer: behind a row, whether that is still there or not.
public struct PagePosition: Sendable, Hashable {
  /// The row's rank in its ``ReportOrder``; 0 in order of keys.
  public var rank: UInt64
  /// The row's key.
  public var key: [UInt8]

  /// A place as given.
  public init(rank: UInt64 = 0, key: [UInt8]) {
    self.rank = rank
    self.key = key
  }
}

/// Some rows of a report, in order.
public struct ReportPage: Sendable {
  /// Row numbers of the report it is a page of.
  public let rows: [Int]
  /// Where the next page begins; nil: there is none.
  public let next: PagePosition?

  /// The first `size` rows of `report` behind a position.
  ///
  /// O(rows), and O(log size) for each row that is a candidate; O(size) memory, O(rows) with an
  /// order. Series that are there throughout are on exactly one page, whatever comes and goes
  /// between pages, as long as they keep their rank.
  ///
  /// - Parameter order: nil: in order of their keys' bytes.
  /// - Precondition: `size` is positive.
  public init(
    of report: PartialReport, size: Int, after position: PagePosition? = nil,
    order: ReportOrder? = nil
  ) {
    precondition(size > 0, "a page has at least a row")
    var selected = FirstRows(RowOrder(report, order), rowsMax: size)
    for row in 0..<report.count {
      if let position, !selected.order.isRow(row, behind: position) { continue }
      selected.offer(row)
    }
    rows = selected.sorted()
    next =
      selected.hasLeftOut ? rows.last.map { selected.order.position(of: $0) } : nil
  }
}

/// Which of two rows comes first.
private struct RowOrder {
  private let report: PartialReport
  /// Empty: keys alone decide.
  private let ranks: [UInt64]

  init(_ report: PartialReport, _ order: ReportOrder?) {
    self.report = report
    ranks = order?.ranks(of: report) ?? []
  }

  var count: Int { report.count }

  func isRow(_ row: Int, before other: Int) -> Bool {
    if !ranks.isEmpty, ranks[row] != ranks[other] { return ranks[row] < ranks[other] }
    return report.isName(row, before: other)
  }

  func isRow(_ row: Int, behind position: PagePosition) -> Bool {
    let rank = ranks.isEmpty ? 0 : ranks[row]
    if rank != position.rank { return rank > position.rank }
    return report.isName(row, after: position.key)
  }

  func position(of row: Int) -> PagePosition {
    PagePosition(
      rank: ranks.isEmpty ? 0 : ranks[row], key: Array(report.nameBytes[report.nameRange(row)]))
  }
}

/// Keeps the rows that come first: a heap whose root is the last of them.
private struct FirstRows {
  let order: RowOrder
  private let rowsMax: Int
  private var heap: [Int] = []
  private(set) var hasLeftOut = false

  init(_ order: RowOrder, rowsMax: Int) {
    self.order = order
    self.rowsMax = rowsMax
    heap.reserveCapacity(min(rowsMax, order.count))
  }

  mutating func offer(_ row: Int) {
    if heap.count < rowsMax {
      heap.append(row)
      siftUp(heap.count - 1)
      return
    }
    hasLeftOut = true
    if order.isRow(row, before: heap[0]) {
      heap[0] = row
      siftDown()
    }
  }

  func sorted() -> [Int] {
    heap.sorted { order.isRow($0, before: $1) }
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard order.isRow(heap[parent], before: heap[child]) else { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var last = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if order.isRow(heap[last], before: heap[child]) { last = child }
      }
      if last == parent { return }
      heap.swapAt(parent, last)
      parent = last
    }
  }
}
