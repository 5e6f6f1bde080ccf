// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("histograms in columns")
struct HistogramColumnsTests {
  @Test("behave like an array of histograms", arguments: 1...24 as ClosedRange<UInt64>)
  func twin(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var (columns, twin) = (HistogramColumns(), [Histogram]())
    for _ in 0..<60 {
      let (other, otherTwin) = Self.random(random.int(in: 0...6), &random)
      let rows = (0..<(twin.isEmpty || otherTwin.isEmpty ? 0 : random.int(in: 0...8))).map { _ in
        UInt32(random.int(in: 0...otherTwin.count - 1))
      }
      switch random.int(in: 0...3) {
      case 0:
        columns.append(other)
        twin += otherTwin
      case 1:
        columns.append(rows: rows, of: other)
        twin += rows.map { otherTwin[Int($0)] }
      case 2:
        columns.append(emptyRows: 2)
        twin += [Histogram(), Histogram()]
      default:
        let targets = rows.map { _ in UInt32(random.int(in: 0...twin.count - 1)) }
        columns.fold(rows, of: other, into: targets)
        for (row, target) in zip(rows, targets) { twin[Int(target)].merge(otherTwin[Int(row)]) }
      }
      #expect((0..<columns.count).map { columns[$0] } == twin)
    }
    for row in twin.indices {
      #expect(columns.values(row) == twin[row].count)
      #expect(columns.isEmpty(row) == twin[row].isEmpty)
      #expect(columns.relativeError(row) == twin[row].relativeError)
      for q in [0, 0.3, 0.5, 0.99, 1] {
        let quantile = columns.quantile(q, row: row)
        #expect(quantile == twin[row].quantile(q))
      }
    }
  }

  @Test("keep counts of every size", arguments: [1, 255, 256, 65_535, 65_536, 1 << 32, 1 << 62])
  func sizes(largest: Int64) {
    let one = Histogram(
      scale: 3, zeros: 4, positive: .init(start: 3, counts: [largest]),
      negative: .init(start: 12, counts: [3, 0, largest, 1]))
    var (columns, twin) = (HistogramColumns(emptyRows: 2), Histogram())
    for _ in 0..<5 {
      columns.fold([0, 0], of: HistogramColumns([one]), into: [1, 1])
      for _ in 0..<2 { twin.merge(one) }
      #expect(columns[1] == twin)
    }
    #expect(columns.isEmpty(0))
    #expect(columns.values(1) == twin.count)
  }

  private static func random(
    _ count: Int, _ random: inout SplitMix64
  ) -> (HistogramColumns, [Histogram]) {
    let histograms = (0..<count).map { _ in
      randomValues(random.int(in: 0...30), &random).reduce(into: Histogram()) { $0.add($1) }
    }
    var columns = HistogramColumns()
    for histogram in histograms { columns.append(histogram) }
    return (columns, histograms)
  }
}
