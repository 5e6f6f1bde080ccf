// SPDX-License-Identifier: Apache-2.0
import Proto
import Shard
import Testing

@Suite("choosing series")
struct SelectionTests {
  private static let now: Int64 = 1_700_000_000

  private static func chosen(_ selection: SeriesSelection) -> Set<String> {
    var core = ShardCore()
    let names = ["cpu.0", "cpu.1", "mem.free", "mem.used", "größe", "a-name-longer-than-a-word"]
    core.apply(names.map { TestPoint(name: $0, value: 1, time: now) }, now: now)
    return Set(core.summaries(ReportRequest(selection: selection), now: now).keys)
  }

  @Test("nothing given chooses all")
  func everything() throws {
    #expect(Self.chosen(.everything).count == 6)
    #expect(try Self.chosen(SeriesSelection()).count == 6)
  }

  @Test("names choose exactly, each once")
  func names() throws {
    let names = ["cpu.0", "cpu.0", "cpu", "mem.used.", "größe", "a-name-longer-than-a-word", ""]
    #expect(
      try Self.chosen(SeriesSelection(names: names))
        == ["cpu.0", "größe", "a-name-longer-than-a-word"])
    #expect(try Self.chosen(SeriesSelection(names: ["none"])).isEmpty)
  }

  @Test("names, prefixes and globs add up, without repeating a series")
  func union() throws {
    let selection = try SeriesSelection(
      names: ["cpu.0", "größe"], prefixes: ["cpu."], globs: ["*free", "gr??e"])
    #expect(Self.chosen(selection) == ["cpu.0", "cpu.1", "mem.free", "größe"])
  }

  @Test(
    "what chooses a name chooses all its label sets, and looks at no label",
    arguments: [
      (["cpu"], [], [], 3), (["cpu", "mem"], [], [], 4), ([], ["cp"], [], 3), ([], ["cpua"], [], 0),
      ([], [], ["cpu"], 3), ([], [], ["c?u", "*m"], 4), ([], [], ["*x*"], 0), (["cp"], [], [], 0),
      (["cpu"], [], ["m*"], 4), (["largecpu"], [], [], 1),
    ])
  func labels(names: [String], prefixes: [String], globs: [String], count: Int) throws {
    var core = ShardCore()
    let batch = PointColumns()
    let keys = [
      ("cpu", [:]), ("cpu", ["host": "x"]), ("cpu", ["host": "y"]), ("mem", ["host": "x"]),
      ("largecpu", ["host": "x"]),
    ].map { SeriesKey.encode(metric: $0.0, labels: $0.1) }
    for key in keys {
      _ = batch.append(
        hash: testHash(key), nameFrom: key.span.bytes, range: key.indices, value: 1,
        time: Self.now, ordinal: 0)
    }
    core.apply(batch, now: Self.now)
    let selection = try SeriesSelection(names: names, prefixes: prefixes, globs: globs)
    let report = core.report(ReportRequest(selection: selection), now: Self.now)
    #expect(report.count == count)
  }

  @Test("a label chooses its series, however many others come and go")
  func labelOfMany() throws {
    let (living, all) = (200, 600)
    var core = ShardCore()
    func apply(_ hosts: Range<Int>, now: Int64) {
      let batch = PointColumns()
      for host in hosts {
        let labels = ["host": "h\(host)", "zone": "\(host % 7)"]
        let key = SeriesKey.encode(metric: "m", labels: labels)
        _ = batch.append(
          hash: testHash(key), nameFrom: key.span.bytes, range: key.indices, value: 1, time: now,
          ordinal: 0)
      }
      core.apply(batch, now: now)
    }
    func count(_ tests: [LabelCondition.Test]) throws -> Int {
      let conditions = zip(["host", "zone"], tests).map { LabelCondition(label: $0, $1) }
      let selection = try SeriesSelection(
        names: [], prefixes: [], globs: [], selectors: [conditions],
        hash: { SeriesKey.hash($0, $1) })
      return core.report(ReportRequest(selection: selection), now: Self.now + 5500).count
    }
    apply(0..<all, now: Self.now)
    apply(0..<living, now: Self.now + 3000)
    for second in 3000..<Int64(5500) { core.tick(now: Self.now + second) }
    #expect(core.statistics.series == living)
    for host in 0..<all {
      #expect(try count([.equals("h\(host)")]) == (host < living ? 1 : 0))
    }
    #expect(try count([.equals("h3"), .equals("3")]) == 1)
    #expect(try count([.equals("h3"), .equals("4")]) == 0)
    #expect(try count([.oneOf(["h1", "h250", "h2"].sorted())]) == 2)
    #expect(try count([.oneOf(["", "h1"])]) == 1)
    #expect(try count([.equals("")]) == 0)
  }

  @Test("an empty prefix chooses all")
  func emptyPrefix() throws {
    #expect(try Self.chosen(SeriesSelection(prefixes: [""])).count == 6)
  }
}
