// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import TestKit
import Testing

@testable import Node

@Suite("The bench")
struct BenchTests {
  @Test("percentiles are those of nearest rank")
  func percentiles() {
    var recorder = PercentileRecorder()
    #expect(recorder.percentiles([50]).isEmpty)
    for value in (1...100).shuffled() { recorder.record(Double(value)) }
    #expect(recorder.percentiles([0, 1, 50, 90, 99, 99.9, 100]) == [1, 1, 50, 90, 99, 100, 100])
    var other = PercentileRecorder()
    other.record(1000)
    recorder.merge(other)
    #expect(recorder.percentiles([100]) == [1000])
    #expect(recorder.count == 101)
  }

  @Test(
    "the tape holds every metric, in messages of one size",
    arguments: [1, 7, 1000, 100_001])
  func tape(metrics: Int) throws {
    let tape = BenchTape(names: BenchNames.numbered(metrics), time: 1_700_000_000)
    var names = Set<String>()
    for piece in tape.pieces {
      #expect(piece.count == BenchTape.pointsPerPiece * tape.messageBytes)
      for start in stride(from: 0, to: piece.count, by: tape.messageBytes) {
        #expect(Array(piece[start..<start + 5]) == [0, 0, 0, 0, UInt8(tape.messageBytes - 5)])
        let point = try Point(decoding: Array(piece[start + 5..<start + tape.messageBytes]))
        names.insert(point.metric)
      }
    }
    #expect(names.count == metrics)
  }

  @Test(
    "the tape holds every label set, and as many points of the first name as were asked for",
    arguments: [(1, 3, 0), (10, 0, 90), (40, 100, 90), (1, 1, 50), (50, 7, 10)])
  func hot(metrics: Int, labels: Int, percent: Int) throws {
    let names = BenchNames.numbered(metrics)
    let tape = BenchTape(names: names, time: 1, labels: labels, hotPercent: percent)
    var series: [String: Set<[String: String]>] = [:]
    var (points, hot) = (0, 0)
    for piece in tape.pieces {
      #expect(piece.count == BenchTape.pointsPerPiece * tape.messageBytes)
      for start in stride(from: 0, to: piece.count, by: tape.messageBytes) {
        let point = try Point(decoding: Array(piece[start + 5..<start + tape.messageBytes]))
        series[point.metric, default: []].insert(point.labels)
        points += 1
        hot += point.metric == names[0] ? 1 : 0
      }
    }
    #expect(series.count == metrics)
    #expect(series.values.allSatisfy { $0.count == max(1, labels) })
    if percent > 0 && metrics > 1 { #expect(abs(hot * 100 - points * percent) < 100) }
  }

  @Test("values are any numbers, or stay, or count on", arguments: BenchValues.allCases)
  func values(kind: BenchValues) throws {
    let tape = BenchTape(names: BenchNames.numbered(7), time: 1_700_000_000, values: kind)
    var seen: [String: [Double]] = [:]
    for piece in tape.pieces {
      #expect(piece.count == BenchTape.pointsPerPiece * tape.messageBytes)
      for start in stride(from: 0, to: piece.count, by: tape.messageBytes) {
        let point = try Point(decoding: Array(piece[start + 5..<start + tape.messageBytes]))
        seen[point.metric, default: []].append(point.value)
      }
    }
    for values in seen.values {
      let steps = zip(values, values.dropFirst()).map { $1 - $0 }
      switch kind {
      case .random: #expect(Set(values).count == values.count)
      case .constant: #expect(Set(steps) == [0])
      case .step: #expect(Set(steps) == [1] && values[0] == values[0].rounded())
      }
    }
  }

  @Test("names of some owners are the first that are theirs, as many as asked for")
  func ownedNames() async throws {
    let owners = try [#require(NodeID("a")), #require(NodeID("c"))]
    var asked: [String] = []
    let names = try await BenchNames.owned(by: owners, count: 15_000) { names in
      #expect(names.count <= StatusLimits.namesMax)
      asked += names
      return names.map { ["a", "b", "c"][Int($0.suffix(1))! % 3] }
    }
    #expect(names == Array(asked.filter { Int($0.suffix(1))! % 3 != 1 }.prefix(15_000)))
    #expect(Set(names).count == 15_000 && Set(names.map(\.utf8.count)).count == 1)
  }

  @Test("owners of no name are told")
  func strangers() async throws {
    let owners = try [#require(NodeID("x")), #require(NodeID("y"))]
    let failure = await #expect(throws: CommandFailure.self) {
      try await BenchNames.owned(by: owners, count: 1) { names in names.map { _ in "" } }
    }
    #expect(failure?.message == "none of 10000 names belongs to x or y")
  }

  @Test("a run sends exactly the points asked for, round and round")
  func run() async {
    let tape = BenchTape(names: BenchNames.numbered(10), time: 1)
    var points = 0
    var bytes = 0
    await tape.run(start: 3, points: 12_345) { piece, count in
      points += count
      bytes += piece.count
    }
    #expect(points == 12_345)
    #expect(bytes == points * tape.messageBytes)
  }

  @Test("streams share the points without loss")
  func shares() {
    var plan = BenchPlan()
    plan.connections = 3
    plan.streams = 4
    #expect((0..<12).map { plan.share(of: 100, stream: $0) }.reduce(0, +) == 100)
  }

  @Test("processor time is found behind a program name with blanks and parentheses")
  func ticks() {
    #expect(
      ProcessTimes.ticks("1 (a) b) (c) S 2 3 4 5 6 7 8 9 10 11 120 30 0 0 20") == 150)
    #expect(ProcessTimes.ticks("1 (a S") == nil)
    #expect(ProcessTimes.ticks("1 (a) S 1 2") == nil)
    #expect(ProcessTimes.own > 0)
  }

  @Test("listening sockets are told from others, IPv4 and IPv6")
  func listeners() {
    let table = """
      sl local_address rem_address st tx_queue tr uid timeout inode
      0: 0100007F:C383 00000000:0000 0A 0:0 0:0 0 0 0 111 1
      1: 0100007F:C383 0100007F:9999 01 0:0 0:0 0 0 0 222 1
      2: 00000000000000000000000001000000:C383 0:0 0A 0:0 00:0 0 0 0 333 1
      3: 0100007F:0016 00000000:0000 0A 0:0 0:0 0 0 0 444 1
      """
    #expect(ListenerTable.inodes(table, port: 50051) == ["111", "333"])
    #expect(ListenerTable.inodes("garbage\n\n: : :", port: 1).isEmpty)
  }

  @Test("a result reads well and is one JSON object")
  func result() {
    var acks = PercentileRecorder()
    acks.record(0.0005)
    let result = BenchResult(
      connections: 4, streams: 1, metrics: 1000, pointBytes: 40, received: 10_000_000, rejected: 0,
      seconds: 1, serverSeconds: 0.8, clientSeconds: 0.4, streamAcks: acks,
      acks: PercentileRecorder(), loadedSummaries: PercentileRecorder(),
      summaries: PercentileRecorder(), summaryBytes: 5)
    let text = result.text(.text)
    #expect(text.contains("throughput          10M points/s"))
    #expect(text.contains("node CPU            0.0800 s per million points"))
    #expect(text.contains("p99 500.0 us"))
    let json = result.text(.json)
    #expect(json.hasPrefix("{\"connections\":4,") && json.hasSuffix("}\n"))
    #expect(json.contains("\"server_cpu_seconds_per_million\":0.08,"))
  }

  @Test("a progress line fits the terminal", arguments: [10, 40, 80, 200])
  func progress(columns: Int) {
    let bar = ProgressBar.bar(
      done: 4_000_000, total: 10_000_000, unit: "points", seconds: 2, columns: columns)
    #expect(bar.count < columns)
    if columns >= 80 { #expect(bar.contains("40 %  4M of 10M points  2M/s")) }
    #expect(
      ProgressBar.bar(done: 0, total: 0, unit: "x", seconds: 0, columns: 80).contains("100 %"))
  }
}
