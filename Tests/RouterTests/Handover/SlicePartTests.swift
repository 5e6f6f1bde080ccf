// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard
import TestKit
import Testing

@Suite("slices on their way to another node")
struct SlicePartTests {
  private static let heading = HandOverHeading(
    cluster: "test", origin: Router.NodeIdentity(NodeID("a")!, incarnation: 7), attempt: 3,
    includes: (0..<RouterLimits.includedMax).map { n in
      let id = String(repeating: "i", count: RouterLimits.nodeIDBytesMax - 4) + String(1000 + n)
      return Router.NodeIdentity(NodeID(id)!, incarnation: .max)
    })

  private static func hash(_ name: String) -> UInt64 {
    let bytes = Array(name.utf8)
    return SeriesKey.hash(bytes.span.bytes, 0..<bytes.count)
  }

  private static func summary(_ random: inout SplitMix64) -> SeriesSummary {
    var summary = SeriesSummary()
    if random.oneIn(8) { summary.positiveInfinities = Int64(random.int(in: 1...9)) }
    if random.oneIn(8) { summary.negativeInfinities = Int64(random.int(in: 1...9)) }
    if !summary.isEmpty && random.oneIn(2) { return summary }
    summary.count = Int64(random.int(in: 1...1 << 39))
    (summary.min, summary.max) = (random.double(in: -9...0), random.double(in: 0...9))
    summary.sum = random.oneIn(20) ? .infinity : random.double(in: -1e9...1e9)
    summary.squares = random.oneIn(20) ? .infinity : random.double(in: 0...1e9)
    return summary
  }

  private static func sightings(_ random: inout SplitMix64) -> Sightings {
    if random.oneIn(4) { return Sightings() }
    return Sightings(
      last: random.oneIn(9) ? .infinity : random.double(in: -9...9),
      lastSeen: Int64(random.int(in: 500...999)), firstSeen: Int64(random.int(in: 0...500)),
      kind: UInt8(random.int(in: 0...3)))
  }

  private static func histogram(_ random: inout SplitMix64) -> Histogram {
    (0..<random.int(in: 1...9)).reduce(into: Histogram()) { histogram, _ in
      histogram.add(random.oneIn(5) ? 0 : random.double(in: -1e3...1e6))
    }
  }

  private static func batch(
    _ random: inout SplitMix64, series: Int, slices: ClosedRange<Int>, nameBytes: Int = 20
  ) -> SliceBatch {
    var batch = SliceBatch()
    for row in 0..<series {
      let name = "\(row) " + String(repeating: "é", count: random.int(in: 0...nameBytes / 2))
      batch.appendSeries(name: name.utf8, hash: hash(name), sightings(&random))
      for group in 0..<(row % 3 == 0 ? random.int(in: 0...9) : 0) {
        batch.appendHistogram(start: Int64(group) * 80, histogram(&random))
      }
      var start = Int64(random.int(in: 0...99)) * 10
      for _ in 0..<random.int(in: slices) {
        batch.appendSlice(start: start, summary(&random))
        start += Int64(random.int(in: 1...3)) * 10
      }
    }
    return batch
  }

  private static func parts(_ batch: SliceBatch) -> [[UInt8]] {
    var parts = SliceParts(heading)
    var messages: [[UInt8]] = []
    for series in 0..<batch.series { messages += parts.add(series: series, of: batch) }
    messages.append(parts.finish())
    return messages
  }

  private static func read(_ messages: [[UInt8]]) throws -> [SliceBatch] {
    var reader = SlicePartReader(resolutionSeconds: 10)
    return try messages.map { try reader.received($0) }
  }

  /// All slices by name, whatever part they came in.
  private static func contents(_ batches: [SliceBatch]) -> [String: [Int64: SeriesSummary]] {
    var contents: [String: [Int64: SeriesSummary]] = [:]
    for batch in batches {
      for series in 0..<batch.series {
        for slice in batch.sliceRange(series) {
          contents[batch.name(series), default: [:]][batch.starts[slice]] =
            batch.statistics[slice]
        }
      }
    }
    return contents
  }

  /// All histograms by name; those that came in several parts are not told apart.
  private static func histograms(_ batches: [SliceBatch]) -> [String: [Int64: Histogram]] {
    var contents: [String: [Int64: Histogram]] = [:]
    for batch in batches {
      for series in 0..<batch.series {
        for place in batch.histogramRange(series) {
          contents[batch.name(series), default: [:]][batch.histogramStarts[place]] =
            batch.histograms[place]
        }
      }
    }
    return contents
  }

  @Test("are in parts of bounded size with the largest histograms, which go with the newest slices")
  func largestHistograms() throws {
    var random = SplitMix64(seed: 3)
    let counts = [Int64](repeating: .max, count: HistogramScale.bucketsMax)
    let buckets = Histogram.Buckets(start: -80, counts: counts)
    let largest = Histogram(scale: 5, zeros: .max, positive: buckets, negative: buckets)
    var batch = SliceBatch()
    for row in 0..<40 {
      batch.appendSeries(name: "\(row)".utf8, hash: Self.hash("\(row)"), Self.sightings(&random))
      for group in 0..<65 { batch.appendHistogram(start: Int64(group) * 80, largest) }
      let slices = row % 5 == 0 ? 20_000 : random.int(in: 1...3000)
      for slice in 0..<slices {
        batch.appendSlice(start: Int64(slice) * 10, Self.summary(&random))
      }
    }
    let parts = Self.parts(batch)
    #expect(parts.allSatisfy { $0.count <= RouterLimits.slicePartBytesMax })
    let read = try Self.read(parts)
    #expect(Self.contents(read) == Self.contents([batch]))
    #expect(Self.histograms(read) == Self.histograms([batch]))
    for part in read {
      for series in 0..<part.series {
        #expect(!part.sliceRange(series).isEmpty)
      }
    }
  }

  @Test("arrive as they were sent", arguments: 1...5 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let batch = Self.batch(&random, series: random.int(in: 1...300), slices: 1...30)
    let read = try Self.read(Self.parts(batch))
    #expect(read == [batch])
  }

  @Test("are cut into parts of bounded size, within a series if need be")
  func bounded() throws {
    var random = SplitMix64(seed: 1)
    let long = Self.batch(&random, series: 3, slices: 50_000...60_000)
    let wide = Self.batch(&random, series: 300, slices: 1...2, nameBytes: 16_000)
    for batch in [long, wide] {
      let parts = Self.parts(batch)
      #expect(parts.count > 2)
      #expect(parts.allSatisfy { $0.count <= RouterLimits.slicePartBytesMax })
      #expect(Self.contents(try Self.read(parts)) == Self.contents([batch]))
    }
  }

  @Test("that are none make one part all the same: it replaces what came before")
  func empty() throws {
    let parts = Self.parts(SliceBatch())
    #expect(parts.count == 1)
    var reader = SlicePartReader(resolutionSeconds: 10)
    #expect(try reader.received(parts[0]).isEmpty)
    #expect(reader.heading == Self.heading)
  }

  @Test("go to the owners of their names when the leaving node is not there")
  func split() throws {
    var random = SplitMix64(seed: 2)
    let batch = Self.batch(&random, series: 2000, slices: 1...3)
    let receivers = ["b", "c", "d"].map { Member(id: NodeID($0)!, address: "\($0):1") }
    let gone = NodeID("e")!
    var split = SliceSplit(Self.heading, receivers: receivers, withdrawals: [gone])
    var sent = split.add(batch)
    #expect((split.series, split.slices) == (2000, batch.slices))
    #expect(split.nodes == receivers.map(\.id) + [gone])
    let table = PartitionTable(receivers.map { ($0.id, $0.weight) })
    var all: [SliceBatch] = []
    for node in split.nodes {
      let last = split.finish(for: node)
      sent[node, default: []].append(try #require(last))
      let batches = try Self.read(sent[node] ?? [])
      let series = batches.reduce(0) { $0 + $1.series }
      #expect(node == gone ? series == 0 : series > 300)
      #expect(series == split.count(for: node).series)
      for batch in batches {
        #expect(batch.hashes.allSatisfy { table.owner(Placement.partition($0)) == node })
      }
      all += batches
    }
    #expect(Self.contents(all) == Self.contents([batch]))
  }

  private static func sound() -> SlicePart {
    .with { part in
      part.cluster = "test"
      part.origin = .with { ($0.id, $0.incarnation) = ("a", 7) }
      part.attempt = 1
      part.columns = .with {
        $0.names = Array("abc".utf8)
        $0.nameLengths = [1, 2]
        $0.slices = [2, 1]
        $0.starts = [10, 20, 0]
        $0.counts = [1, 1, 0]
        $0.sums = [1, 2, 0]
        $0.minima = [1, 2, .infinity]
        $0.maxima = [1, 2, -.infinity]
        $0.positiveInfinities = [0, 0, 1]
        $0.squares = [0, 1, 0]
        $0.sightings = .with {
          $0.base = 100
          ($0.lastSeen, $0.firstSeen, $0.last) = ([5, 0], [1, 0], [2, 0])
        }
        ($0.histogramLengths, $0.histogramStarts) = ([2, 1], [0, 80, 0])
        $0.histograms = .with {
          ($0.coarseness, $0.positiveStarts, $0.positiveLengths) = (
            [0, 0, 0], [0, 0, 0], [1, 1, 1]
          )
          $0.buckets = [1, 2, 3]
        }
      }
    }
  }

  @Test("of a sound message are taken")
  func soundPart() throws {
    #expect(try Self.read([Self.sound().encoded()])[0].slices == 3)
  }

  /// What is done to sound columns, and how they are refused then.
  struct Spoiling: Sendable, CustomTestStringConvertible {
    let fault: SliceFault
    let number: Int
    let spoil: @Sendable (inout SliceColumns) -> Void

    init(
      _ fault: SliceFault, _ number: Int = #line,
      _ spoil: @escaping @Sendable (inout SliceColumns) -> Void
    ) {
      self.fault = fault
      self.number = number
      self.spoil = spoil
    }

    var testDescription: String { "line \(number)" }
  }

  private static let columns: [Spoiling] = [
    Spoiling(.columnsDiffer) { $0.names.append(0x61) },
    Spoiling(.columnsDiffer) { $0.names.removeLast() },
    Spoiling(.columnsDiffer) { $0.nameLengths[0] = .max },
    Spoiling(.columnsDiffer) { $0.slices[1] = .max },
    Spoiling(.columnsDiffer) { $0.slices[1] = 0 },
    Spoiling(.columnsDiffer) { $0.slices.append(0) },
    Spoiling(.columnsDiffer) { $0.counts.removeLast() },
    Spoiling(.columnsDiffer) { $0.sums.append(1) },
    Spoiling(.columnsDiffer) { $0.minima = [] },
    Spoiling(.columnsDiffer) { $0.maxima = [] },
    Spoiling(.columnsDiffer) { $0.positiveInfinities = [1] },
    Spoiling(.columnsDiffer) { $0.negativeInfinities = [1] },
    Spoiling(.columnsDiffer) { $0.starts.removeLast() },
  ]

  private static let histogramColumns: [Spoiling] = [
    Spoiling(.columnsDiffer) { $0.squares = [1] },
    Spoiling(.columnsDiffer) { $0.sightings?.last = [1] },
    Spoiling(.columnsDiffer) { $0.histograms = nil },
    Spoiling(.columnsDiffer) { $0.histograms?.buckets = [1] },
    Spoiling(.columnsDiffer) { $0.histogramLengths = [] },
    Spoiling(.columnsDiffer) { $0.histogramLengths = [2] },
    Spoiling(.columnsDiffer) { $0.histogramLengths = [1, 1] },
    Spoiling(.columnsDiffer) { $0.histogramLengths[1] = .max },
    Spoiling(.columnsDiffer) { $0.histogramStarts.removeLast() },
    Spoiling(.startInvalid(0)) { $0.histogramStarts[1] = 0 },
    Spoiling(.startInvalid(-10)) { $0.histogramStarts[0] = -10 },
    Spoiling(.startInvalid(7)) { $0.histogramStarts[0] = 7 },
    Spoiling(.startInvalid(.max)) { $0.histogramStarts[2] = .max },
    Spoiling(.statisticsInvalid) { $0.squares[0] = .nan },
    Spoiling(.statisticsInvalid) { $0.squares[0] = -1 },
    Spoiling(.statisticsInvalid) { $0.sightings?.base = -1 },
    Spoiling(.statisticsInvalid) { $0.sightings?.last[0] = .nan },
    Spoiling(.statisticsInvalid) { $0.histograms?.buckets[0] = 0 },
    Spoiling(.statisticsInvalid) { $0.histograms?.coarseness[0] = 99 },
  ]

  private static let names: [Spoiling] = [
    Spoiling(.nameInvalid) { $0.nameLengths = [0, 3] },
    Spoiling(.nameInvalid) { $0.names[1] = 0xFF },
    Spoiling(.startInvalid(10)) { $0.starts[1] = 10 },
    Spoiling(.startInvalid(0)) { $0.starts[1] = 0 },
    Spoiling(.startInvalid(-10)) { $0.starts[0] = -10 },
    Spoiling(.startInvalid(15)) { $0.starts[1] = 15 },
    Spoiling(.startInvalid(1 << 50)) { $0.starts[2] = 1 << 50 },
    Spoiling(.startInvalid(.max)) { $0.starts[2] = .max },
  ]

  private static let statistics: [Spoiling] = [
    Spoiling(.statisticsInvalid) { $0.counts[0] = -1 },
    Spoiling(.statisticsInvalid) { $0.counts[0] = 0 },
    Spoiling(.statisticsInvalid) { $0.counts[0] = 1 << 40 },
    Spoiling(.statisticsInvalid) { $0.counts[2] = 1 },
    Spoiling(.statisticsInvalid) { $0.sums[0] = .nan },
    Spoiling(.statisticsInvalid) { $0.minima[0] = 2 },
    Spoiling(.statisticsInvalid) { $0.minima[0] = .nan },
    Spoiling(.statisticsInvalid) { $0.maxima[0] = .infinity },
    Spoiling(.statisticsInvalid) { $0.positiveInfinities = [] },
    Spoiling(.statisticsInvalid) { $0.positiveInfinities[0] = -1 },
    Spoiling(.statisticsInvalid) { $0.positiveInfinities[0] = .max },
    Spoiling(.statisticsInvalid) { $0.negativeInfinities = [0, 0, -1] },
  ]

  @Test(
    "are refused when the columns contradict each other, or no points have these statistics",
    arguments: columns + histogramColumns + names + statistics)
  func spoilt(spoiling: Spoiling) {
    var part = Self.sound()
    guard var columns = part.columns else { return }
    spoiling.spoil(&columns)
    part.columns = columns
    #expect(throws: spoiling.fault) { try Self.read([part.encoded()]) }
  }

  @Test("are refused without a heading, or with another than the first")
  func headings() {
    var part = Self.sound()
    part.attempt = 0
    #expect(throws: SliceFault.headingInvalid) { try Self.read([part.encoded()]) }
    part = Self.sound()
    part.origin = nil
    #expect(throws: SliceFault.headingInvalid) { try Self.read([part.encoded()]) }
    part = Self.sound()
    part.includes = [Proto.NodeIdentity()]
    #expect(throws: SliceFault.headingInvalid) { try Self.read([part.encoded()]) }
    part.includes = Self.heading.includes.map { life in
      .with { ($0.id, $0.incarnation) = (life.id.text, life.incarnation) }
    }
    part.includes.append(part.includes[0])
    #expect(throws: SliceFault.headingInvalid) { try Self.read([part.encoded()]) }
    part = Self.sound()
    part.attempt = 2
    #expect(throws: SliceFault.headingDiffers) {
      try Self.read([Self.sound().encoded(), part.encoded()])
    }
  }

  @Test("are refused when they are too large, or cut anywhere")
  func malformed() {
    let size = RouterLimits.slicePartBytesMax + 1
    #expect(throws: SliceFault.tooLarge(bytes: size)) {
      try Self.read([[UInt8](repeating: 0, count: size)])
    }
    // But before the columns: a part without is one.
    let bytes = Self.sound().encoded()
    let taken = (0..<bytes.count).filter { (try? Self.read([Array(bytes[..<$0])])) != nil }
    #expect(taken.count == 1)
  }

  @Test("of random bytes never make the reader trap", arguments: 1...4 as ClosedRange<UInt64>)
  func garbage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let sound = Self.parts(Self.batch(&random, series: 5, slices: 1...5))[0]
    for _ in 0..<3000 {
      var bytes = random.oneIn(4) ? random.bytes(random.int(in: 0...80)) : sound
      for _ in 0..<random.int(in: 1...4) where !bytes.isEmpty {
        bytes[random.int(in: 0...bytes.count - 1)] = UInt8(truncatingIfNeeded: random.next())
      }
      guard let batches = try? Self.read([bytes]) else { continue }
      // What is taken can be folded.
      var core = ShardCore()
      for batch in batches { _ = core.fold(batch, now: 1000) }
    }
  }
}
