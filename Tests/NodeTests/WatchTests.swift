// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Node

@Suite("The screen of watch")
struct WatchTests {
  @Test("a sparkline spans its least and greatest value")
  func sparkline() {
    var line = Sparkline(capacity: 8)
    #expect(line.text == "")
    for value in [0.0, 1, 2, 3, 4, 5, 6, 7] { line.append(value) }
    #expect(line.text == "▁▂▃▄▅▆▇█")
    line.append(nil)
    #expect(line.text == "▁▂▃▅▆▇█ ")
    #expect(line.values.count == 8)
  }

  @Test("equal, huge and strange values make a sparkline too")
  func strange() {
    var line = Sparkline(capacity: 4)
    line.append(5)
    line.append(5)
    #expect(line.text == "▄▄")
    line.append(.infinity)
    line.append(.nan)
    #expect(line.text == "▄▄  ")
    var wide = Sparkline(capacity: 2)
    wide.append(-.greatestFiniteMagnitude)
    wide.append(.greatestFiniteMagnitude)
    #expect(wide.text == "▁█")
  }

  @Test(
    "a span of one resolution covers the whole slices that end inside it",
    arguments: [(Int64(20), 11.0), (19, 10), (21, 12), (28, 19), (29, 10)])
  func covered(now: Int64, seconds: Double) {
    let recent = Summary(rows: [], asOf: now, windowSeconds: 10, resolutionSeconds: 10)
    // The stupid twin: the seconds whose slice's last second lies after now - 10.
    let twin = (now - 30...now).filter { $0 / 10 * 10 + 9 > now - 10 }.count
    #expect(WatchModel.secondsCovered(recent) == seconds)
    #expect(Double(twin) == seconds)
  }

  @Test("a span of any numbers is a time, too", arguments: [Int64.min, -1, 0, 1, .max])
  func anyCovered(number: Int64) {
    for other in [Int64.min, 0, .max] {
      let recent = Summary(
        rows: [], asOf: number, windowSeconds: other, resolutionSeconds: number &+ other)
      #expect(WatchModel.secondsCovered(recent) >= 1)
    }
  }

  @Test("the screen fits the terminal and says what it hides")
  func screen() {
    let rows = (0..<30).map {
      SeriesRow(
        name: "metric.with.a.long.name.\($0)", count: 5, sum: 10, avg: 2, min: 1, max: Double($0))
    }
    let summary = Summary(rows: rows, asOf: 100, windowSeconds: 60, resolutionSeconds: 1)
    var model = WatchModel(sort: .max)
    #expect(model.screen(target: "t:1", columns: 80, rows: 24, limit: nil).count <= 24)
    model.answered(summary, recent: summary)
    let lines = model.screen(target: "t:1", columns: 80, rows: 24, limit: nil)
    #expect(lines.count <= 24)
    #expect(lines.allSatisfy { TextWidth.columns($0) <= 80 })
    #expect(lines[3].contains("29"))
    #expect(lines.last?.hasSuffix("11 not shown") == true)
    model.failed("node\u{1B} away")
    #expect(
      model.screen(target: "t:1", columns: 80, rows: 24, limit: nil)[0].contains(
        "! node\\u{1b} away"))
    #expect(model.screen(target: "t:1", columns: 5, rows: 2, limit: 1).allSatisfy { $0.count <= 5 })
  }

  @Test("the screen says what is missing, and still fits")
  func incomplete() {
    let rows = (0..<30).map {
      SeriesRow(name: "metric.\($0)", count: 1, sum: 1, avg: 1, min: 1, max: 1)
    }
    var summary = Summary(rows: rows, asOf: 100, windowSeconds: 60, resolutionSeconds: 1)
    summary.coverage = SummaryCoverage(
      complete: false, epoch: 1, nodes: [SummaryCoverage.Node(id: "b", answered: false)])
    var model = WatchModel(sort: .name)
    model.answered(summary, recent: summary)
    let lines = model.screen(target: "t", columns: 80, rows: 24, limit: nil)
    #expect(lines.count <= 24 && lines.last == "incomplete: b did not answer")
  }

  @Test("a series without recent points has a gap, and one that is gone is forgotten")
  func gaps() {
    let row = SeriesRow(name: "a", count: 1, sum: 1, avg: 1, min: 1, max: 1)
    let full = Summary(rows: [row], asOf: 10, windowSeconds: 60, resolutionSeconds: 1)
    let empty = Summary(rows: [], asOf: 10, windowSeconds: 1, resolutionSeconds: 1)
    var model = WatchModel(sort: .name)
    model.answered(full, recent: full)
    model.answered(full, recent: empty)
    #expect(model.screen(target: "t", columns: 200, rows: 9, limit: nil)[3].hasSuffix("▄"))
    model.answered(empty, recent: empty)
    model.answered(full, recent: empty)
    #expect(!model.screen(target: "t", columns: 200, rows: 9, limit: nil)[3].contains("▄"))
  }
}
