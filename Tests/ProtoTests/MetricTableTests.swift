// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import TestKit
import Testing

/// A table as a stream uses it: names are hashed by whoever asks.
private struct Names {
  var table = MetricTable()

  /// - Parameter hash: nil: the name's own.
  mutating func row(_ name: String, hash: UInt64? = nil) -> UInt32? {
    let bytes = Array("<\(name)>".utf8)
    let range = 1..<bytes.count - 1
    return table.row(hash ?? FNV.hash(bytes.span.bytes, range), bytes.span.bytes, range)
  }
}

@Suite("a table of metrics")
struct MetricTableTests {
  @Test("is empty, and so is its summary")
  func empty() {
    #expect(MetricTable().encoded() == [])
  }

  @Test("tells counts, sums, extremes and averages by name, and the first and last time")
  func summary() throws {
    var names = Names()
    for (name, value, time) in [("a", 1.0, 30), ("b", -2.0, 10), ("a", 4.0, 20), ("a", -3.0, 25)] {
      let found = names.row(name)
      let row = try #require(found)
      names.table.add(row, value, time: Int64(time))
    }
    let summary = try MetricsSummary(decoding: names.table.encoded())
    #expect(summary.totalMetrics == 4 && summary.uniqueMetricNames == 2)
    #expect(summary.startTime?.seconds == 10 && summary.endTime?.seconds == 30)
    let a = MetricStats.with {
      ($0.count, $0.sum, $0.min, $0.max, $0.avg) = (3, 2, -3, 4, 2.0 / 3)
    }
    #expect(summary.stats["a"] == a && summary.stats["b"]?.max == -2)
    let brief = try MetricsSummary(decoding: names.table.encoded(withStatistics: false))
    #expect(brief.totalMetrics == 4 && brief.uniqueMetricNames == 2 && brief.stats.isEmpty)
  }

  @Test("does not tell of names of which no value counts")
  func unused() throws {
    var names = Names()
    _ = names.row("a")
    #expect(names.table.encoded() == [])
  }

  @Test("keeps names apart whose hashes are the same")
  func collisions() throws {
    var names = Names()
    let texts = (0..<100).map { "m\($0)" }
    let rows = texts.map { names.row($0, hash: 7) }
    #expect(Set(rows).count == 100 && !rows.contains(nil))
    #expect(texts.map { names.row($0, hash: 7) } == rows)
  }

  @Test("takes so many names, and no more")
  func names() {
    var names = Names()
    let rows = (0..<RecordLimits.namesMax).map { names.row("n\($0)") }
    let (beyond, first) = (names.row("one more"), names.row("n0"))
    #expect(!rows.contains(nil) && beyond == nil && first == rows[0])
  }

  @Test("takes so many bytes of names, and no more")
  func nameBytes() {
    var names = Names()
    let half = RecordLimits.nameBytesMax / 2
    let sizes = [("a", half), ("b", half + 1), ("b", half), ("c", 1)]
    let rows = sizes.map { names.row(String(repeating: $0, count: $1)) }
    #expect(rows.map { $0 != nil } == [true, false, true, false])
  }

  @Test(
    "sums a stream up as a dictionary would, late rejections left out",
    arguments: 0..<6 as Range<UInt64>)
  func twin(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var names = Names()
    var backlog = MetricBacklog()
    var open: [(turn: Turn, metrics: [(index: Int64, name: String, value: Double)])] = []
    var twin: [String: [Double]] = [:]
    var rejected: Set<Int64> = []
    func settle(_ place: Int) {
      let (turn, metrics) = open.remove(at: place)
      backlog.settle(ObjectIdentifier(turn), into: &names.table)
      for metric in metrics where !rejected.contains(metric.index) {
        twin[metric.name, default: []].append(metric.value)
      }
    }
    for index in 0..<2000 as Range<Int64> {
      if open.isEmpty || random.oneIn(10) { open.append((Turn(), [])) }
      let metric = (
        index: index * 3, name: "m\(random.int(in: 0...40))",
        value: Double(random.int(in: -50...50))
      )
      let found = names.row(metric.name)
      let row = try #require(found)
      let last = open.count - 1
      backlog.append(
        ObjectIdentifier(open[last].turn), index: metric.index, row: row, value: metric.value,
        time: index)
      open[last].metrics.append(metric)
      if random.oneIn(5), let late = open[random.int(in: 0...last)].metrics.first {
        rejected.insert(late.index)
        backlog.reject(index: late.index)
      }
      // Nothing has this index.
      backlog.reject(index: index * 3 + 1)
      // The latest turn may get more, and is open.
      if random.oneIn(12), last > 0 { settle(random.int(in: 0...last - 1)) }
    }
    while !open.isEmpty { settle(random.int(in: 0...open.count - 1)) }
    let summary = try MetricsSummary(decoding: names.table.encoded())
    #expect(Int(summary.totalMetrics) == 2000 - rejected.count && !rejected.isEmpty)
    #expect(Set(summary.stats.keys) == Set(twin.keys))
    for (name, values) in twin {
      let stats = try #require(summary.stats[name])
      #expect(Int(stats.count) == values.count && stats.sum == values.reduce(0, +))
      #expect(stats.min == values.min() && stats.max == values.max())
    }
  }

  @Test("a turn that brought nothing settles nothing")
  func noTurn() {
    var table = MetricTable()
    var backlog = MetricBacklog()
    backlog.settle(ObjectIdentifier(Turn()), into: &table)
    #expect(table.encoded() == [])
  }

  private final class Turn {}
}
