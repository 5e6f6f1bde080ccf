// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import TestKit
import Testing

/// What a reader of a live report has put together.
private struct Reader {
  var seen: UInt64 = 0
  var rows: [[UInt8]: SeriesReport] = [:]
  var fulls = 0

  mutating func take(_ report: LiveReport) throws {
    let difference = report.difference(since: seen)
    if difference.isFull {
      rows = [:]
      fulls += 1
    }
    let changed = try MetricUpdate(decoding: difference.changed).changed
    let gone = try difference.removed.map { key(try SeriesReport(decoding: $0)) }
    for row in changed { rows[key(row)] = row }
    for key in gone { rows[key] = nil }
    // In either order: nothing is both, and nothing is gone twice.
    #expect(Set(gone).count == gone.count)
    #expect(Set(gone).isDisjoint(with: changed.map(key)))
    seen = report.revision
  }
}

private func key(_ row: SeriesReport) -> [UInt8] {
  SeriesKey.encode(metric: row.metric, labels: row.labels)
}

private func row(_ name: Int, _ count: Int) -> SeriesReport {
  .with {
    $0.metric = name % 7 == 0 ? "" : "metric.\(name / 3)"
    if name % 3 > 0 || name % 7 == 0 { $0.labels = ["host": "h\(name)"] }
    $0.summary = .with { $0.count = Int64(count) }
  }
}

private func rows(_ reports: some Sequence<SeriesReport>) -> LiveRows {
  LiveRows(entries: MetricUpdate.with { $0.changed = Array(reports) }.encoded())
}

@Suite("A live report")
struct LiveReportTests {
  @Test("a new reader gets everything, others what has changed since")
  func differences() throws {
    var report = LiveReport()
    report.advance(to: 1, rows([row(1, 1), row(2, 1)]))
    #expect(report.difference(since: 0).isFull)
    report.advance(to: 2, rows([row(2, 2), row(1, 1)]))
    let changed = report.difference(since: 1)
    #expect(!changed.isFull && changed.removed.isEmpty)
    #expect(try MetricUpdate(decoding: changed.changed).changed == [row(2, 2)])
    report.advance(to: 3, rows([row(2, 2)]))
    let gone = report.difference(since: 2)
    #expect(!gone.isFull && gone.changed.isEmpty)
    #expect(
      try gone.removed.map { try SeriesReport(decoding: $0) }
        == [.with { ($0.metric, $0.labels) = (row(1, 1).metric, row(1, 1).labels) }])
    #expect(try MetricUpdate(decoding: report.difference(since: 1).changed).changed == [row(2, 2)])
    let nothing = report.difference(since: 3)
    #expect(!nothing.isFull && nothing.changed.isEmpty && nothing.removed.isEmpty)
  }

  @Test("the last row of all may go, and come back")
  func emptied() {
    var report = LiveReport()
    report.advance(to: 1, rows([row(1, 1)]))
    report.advance(to: 2, LiveRows())
    #expect(report.difference(since: 1).removed.count == 1)
    report.advance(to: 3, rows([row(1, 1)]))
    let back = report.difference(since: 1)
    #expect(back.removed.isEmpty && !back.changed.isEmpty && !back.isFull)
  }

  /// Each time that it went once counted.
  @Test("a row that comes and goes is gone once, and makes nobody start over")
  func flapping() {
    var report = LiveReport(tombstonesMin: 2)
    report.advance(to: 1, rows([row(1, 1), row(2, 1)]))
    for revision in 2...21 as ClosedRange<UInt64> {
      report.advance(to: revision, rows(revision % 2 == 0 ? [row(2, 1)] : [row(1, 1), row(2, 1)]))
    }
    let back = report.difference(since: 1)
    #expect(!back.isFull && back.removed.isEmpty && !back.changed.isEmpty)
    report.advance(to: 22, rows([row(2, 1)]))
    let gone = report.difference(since: 1)
    #expect(!gone.isFull && gone.removed.count == 1 && gone.changed.isEmpty)
  }

  @Test("rates that change because time goes on are no change")
  func rates() throws {
    func rated(_ count: Int, _ rate: Double) -> SeriesReport {
      var row = row(1, count)
      row.summary?.rate = rate
      row.summary?.sumRate = 2 * rate
      row.summary?.kind = .counter
      return row
    }
    var report = LiveReport()
    report.advance(to: 1, rows([rated(1, 0.5)]))
    report.advance(to: 2, rows([rated(1, 0.25)]))
    #expect(report.difference(since: 1).changed.isEmpty)
    report.advance(to: 3, rows([rated(2, 0.25)]))
    let changed = try MetricUpdate(decoding: report.difference(since: 1).changed).changed
    #expect(changed == [rated(2, 0.25)])
  }

  @Test("a reader older than the tombstones gets everything")
  func horizon() {
    var report = LiveReport(tombstonesMin: 2)
    for revision in 1...6 { report.advance(to: UInt64(revision), rows([row(revision, 1)])) }
    #expect(report.difference(since: 1).isFull && report.difference(since: 3).isFull)
    let recent = report.difference(since: 4)
    #expect(!recent.isFull && recent.removed.count == 2)
  }

  @Test("entries that are none are a fault of the node's own, and end it")
  func broken() async {
    await #expect(processExitsWith: .failure) { _ = LiveRows(entries: [0x1A, 0]) }
    await #expect(processExitsWith: .failure) { _ = LiveRows(entries: [0x12, 5, 1]) }
    await #expect(processExitsWith: .failure) { _ = LiveRows(entries: [0x80]) }
  }

  @Test("whoever reads, whenever, has the latest report", arguments: 0..<40)
  func twin(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    var report = LiveReport(tombstonesMin: random.int(in: 0...30))
    var truth: [Int: Int] = [:]
    var readers = (0..<6).map { _ in Reader() }
    var revision: UInt64 = 0
    let names = random.int(in: 1...60)
    for _ in 0..<60 {
      revision += UInt64(random.int(in: 1...3))
      for _ in 0..<random.int(in: 0...names / 2) {
        let name = random.int(in: 0...names)
        truth[name] = random.oneIn(3) ? nil : random.int(in: 1...3)
      }
      if random.oneIn(20) { truth = [:] }
      let shuffled = truth.keys.shuffled(using: &random).map { row($0, truth[$0] ?? 0) }
      report.advance(to: revision, rows(shuffled))
      #expect(report.rows.count == truth.count)
      for index in readers.indices where random.oneIn(1 + index * index) {
        try readers[index].take(report)
        #expect(Set(readers[index].rows.values) == Set(shuffled))
        #expect(readers[index].rows.count == shuffled.count)
      }
    }
    // Who misses nothing is never told everything again.
    #expect(readers[0].fulls == 1)
  }
}
