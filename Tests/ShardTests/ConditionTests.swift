// SPDX-License-Identifier: Apache-2.0
import Proto
import Shard
import TestKit
import Testing

@Suite("conditions on labels")
struct ConditionTests {
  private static let now: Int64 = 1_700_000_000

  private struct Labelled: Hashable {
    var metric: String
    var labels: [String: String]

    var key: [UInt8] { SeriesKey.encode(metric: metric, labels: labels) }
    func value(_ label: String?) -> String { label.map { labels[$0] ?? "" } ?? metric }
  }

  /// A pattern of tests: the value has an even number of bytes.
  private struct EvenLength: TextPattern {
    final class Matcher: TextMatcher {
      func matches(_ text: UnsafeRawBufferPointer) -> Bool { text.count % 2 == 0 }
    }
    func makeMatcher() -> any TextMatcher { Matcher() }
  }

  private static func chosen(
    _ selection: SeriesSelection, of series: some Sequence<Labelled>
  ) -> [[UInt8]] {
    var core = ShardCore()
    let batch = PointColumns()
    for one in series {
      let key = one.key
      let isTaken = batch.append(
        hash: SeriesKey.hash(key.span.bytes, 0..<key.count), nameFrom: key.span.bytes,
        range: 0..<key.count, value: 1, time: now, ordinal: 0)
      precondition(isTaken)
    }
    core.apply(batch, now: now)
    let report = core.report(ReportRequest(selection: selection), now: now)
    return (0..<report.count).map { Array(report.nameBytes[report.nameRange($0)]) }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static func holds(_ condition: LabelCondition, _ series: Labelled) -> Bool {
    let value = series.value(condition.label)
    let holds =
      switch condition.test {
      case .equals(let text): value == text
      case .oneOf(let texts): texts.contains(value)
      case .beginsWith(let text): value.hasPrefix(text)
      case .endsWith(let text): value.hasSuffix(text)
      case .contains(let text): text.isEmpty || value.contains(text)
      case .isNotEmpty: !value.isEmpty
      case .always: true
      case .matches: value.utf8.count % 2 == 0
      }
    return holds != condition.isNegated
  }

  private static func text(_ random: inout SplitMix64) -> String {
    let length = random.int(in: 0...(random.oneIn(2) ? 2 : 10))
    return (0..<length).map { _ in ["a", "b", "web"][random.int(in: 0...2)] }.joined()
  }

  private static func condition(_ random: inout SplitMix64) -> LabelCondition {
    let tests: [LabelCondition.Test] = [
      .equals(text(&random)), .beginsWith(text(&random)), .endsWith(text(&random)),
      .contains(text(&random)), .isNotEmpty, .always, .matches(EvenLength()),
      .oneOf((0...random.int(in: 0...20)).map { _ in text(&random) }.sorted()),
    ]
    let labels = [nil, "a", "ab", "host", "the.longest.label.of.all"]
    return LabelCondition(
      label: labels[random.int(in: 0...4)], tests[random.int(in: 0...7)],
      isNegated: random.oneIn(4))
  }

  private static func series(_ random: inout SplitMix64) -> Set<Labelled> {
    let labels = ["a", "ab", "host", "the.longest.label.of.all", "zone"]
    return Set(
      (0..<300).map { _ in
        Labelled(
          metric: "m" + text(&random),
          labels: Dictionary(
            (0..<random.int(in: 0...5)).map { _ in (labels[random.int(in: 0...4)], text(&random)) },
            uniquingKeysWith: { one, _ in one }
          ).filter { !$0.value.isEmpty })
      })
  }

  @Test("choose what they say", arguments: 1...100 as ClosedRange<UInt64>)
  func twin(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let series = Self.series(&random)
    let selectors = (0..<random.int(in: 1...3)).map { _ in
      (0..<random.int(in: 0...3)).map { _ in Self.condition(&random) }
    }
    let metrics = series.prefix(random.oneIn(2) ? 3 : 0).map(\.metric)
    let prefixes = random.oneIn(4) ? ["ma"] : []
    let globs = random.oneIn(4) ? ["*web"] : []
    let selection = try SeriesSelection(
      names: metrics, prefixes: prefixes, globs: globs, selectors: selectors,
      hash: { SeriesKey.hash($0, $1) })
    let expected = series.filter { one in
      metrics.contains(one.metric)
        || prefixes.contains { one.metric.hasPrefix($0) }
        || globs.contains { _ in one.metric.hasSuffix("web") }
        || selectors.contains { $0.allSatisfy { Self.holds($0, one) } }
    }
    #expect(
      Self.chosen(selection, of: series)
        == expected.map(\.key).sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test("names, prefixes and globs are of the metric's name, whatever the labels")
  func names() throws {
    let series = [
      Labelled(metric: "cpu", labels: [:]), Labelled(metric: "cpu", labels: ["host": "a"]),
      Labelled(metric: "cpu.user", labels: ["host": "a"]), Labelled(metric: "mem", labels: [:]),
    ]
    func metrics(_ selection: SeriesSelection) -> [String] {
      Self.chosen(selection, of: series).map { SeriesKey.decode($0).metric }
    }
    let names = try SeriesSelection(
      names: ["cpu"], prefixes: [], globs: [], hash: { SeriesKey.hash($0, $1) })
    #expect(metrics(names) == ["cpu", "cpu"])
    let prefixes = try SeriesSelection(
      names: [], prefixes: ["cpu"], globs: [], hash: { SeriesKey.hash($0, $1) })
    #expect(metrics(prefixes).count == 3)
    let globs = try SeriesSelection(
      names: [], prefixes: [], globs: ["cpu*r", "*m"], hash: { SeriesKey.hash($0, $1) })
    #expect(Set(metrics(globs)) == ["cpu.user", "mem"])
    let everything = try SeriesSelection(
      names: [], prefixes: [], globs: [], selectors: [[]], hash: { SeriesKey.hash($0, $1) })
    #expect(metrics(everything).count == 4)
  }

  @Test("a list of a thousand names finds them all")
  func manyNames() throws {
    let series = (0..<1500).map { Labelled(metric: "metric.\($0)", labels: ["a": "b"]) }
    let names = series[..<1000].map(\.metric)
    let selection = try SeriesSelection(
      names: [], prefixes: [], globs: [],
      selectors: [[LabelCondition(label: nil, .oneOf(names.sorted()))]],
      hash: { SeriesKey.hash($0, $1) })
    #expect(Self.chosen(selection, of: series).count == 1000)
  }
}
