// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard
import TestKit
import Testing

@Suite("answers that are none")
struct AnswerFaultTests {
  /// An answer of two rows that is sound.
  private static let sound = ReportPart.with {
    $0.head = .with { $0.node = .with { ($0.id, $0.incarnation) = ("a", 1) } }
    $0.section = .with { $0.origin = .with { ($0.id, $0.incarnation) = ("a", 1) } }
    $0.columns = .with {
      $0.rows = 2
      $0.names = Array("oneé".utf8)
      $0.nameLengths = [3, 2]
      ($0.counts, $0.sums, $0.minima, $0.maxima) = (
        [1, 0], [1, 0], [1, .infinity], [1, -.infinity]
      )
      ($0.positiveInfinities, $0.negativeInfinities) = ([0, 1], [])
      $0.squares = [0, 0]
    }
  }

  private static func fault(_ parts: [ReportPart]) -> AnswerFault? {
    do {
      _ = try AnswerPartsTests.read(parts.map { $0.encoded() })
      return nil
    } catch {
      return error as? AnswerFault
    }
  }

  private static func fault(_ change: (inout ReportPart) -> Void) -> AnswerFault? {
    var part = sound
    change(&part)
    return fault([part])
  }

  private static func columnFault(_ change: (inout ReportColumns) -> Void) -> AnswerFault? {
    fault { part in
      var columns = part.columns ?? ReportColumns()
      change(&columns)
      part.columns = columns
    }
  }

  @Test("columns that do not fit together are refused")
  func columns() {
    #expect(Self.fault { _ in } == nil)
    #expect(Self.columnFault { $0.rows = 3 } == .columnsDiffer)
    #expect(Self.columnFault { $0.rows = .max } == .columnsDiffer)
    #expect(Self.columnFault { $0.counts = [1] } == .columnsDiffer)
    #expect(Self.columnFault { $0.sums.append(1) } == .columnsDiffer)
    #expect(Self.columnFault { $0.negativeInfinities = [1] } == .columnsDiffer)
    #expect(Self.columnFault { $0.nameLengths = [3, 3] } == .columnsDiffer)
    #expect(Self.columnFault { $0.nameLengths = [3, .max] } == .columnsDiffer)
    #expect(Self.columnFault { $0.nameLengths = [1, 2] } == .columnsDiffer)
    #expect(Self.columnFault { $0 = ReportColumns() } == nil)
  }

  @Test("names that are none are refused")
  func names() {
    #expect(Self.columnFault { $0.nameLengths = [5, 0] } == .nameInvalid)
    #expect(Self.columnFault { $0.nameLengths = [4, 1] } == .nameInvalid)
    #expect(Self.columnFault { $0.names[4] = 0xFF } == .nameInvalid)
    #expect(Self.columnFault { $0.names[0] = 0xC3 } == .nameInvalid)
  }

  @Test("statistics that no values have are refused")
  func statistics() {
    #expect(Self.columnFault { $0.counts[0] = -1 } == .statisticsInvalid)
    #expect(Self.columnFault { $0.counts[0] = 0 } == .statisticsInvalid)
    #expect(Self.columnFault { $0.minima[0] = 2 } == .statisticsInvalid)
    #expect(Self.columnFault { $0.minima[0] = .nan } == .statisticsInvalid)
    #expect(Self.columnFault { $0.maxima[0] = .nan } == .statisticsInvalid)
    #expect(Self.columnFault { $0.maxima[0] = .infinity } == .statisticsInvalid)
    #expect(Self.columnFault { $0.positiveInfinities[1] = -1 } == .statisticsInvalid)
    #expect(Self.columnFault { $0.positiveInfinities[1] = 0 } == .statisticsInvalid)
  }

  @Test("latest values and times that cannot be are refused")
  func sightings() {
    func fault(_ change: (inout SightingColumns) -> Void) -> AnswerFault? {
      var sightings = SightingColumns.with {
        $0.base = 100
        ($0.lastSeen, $0.firstSeen, $0.last, $0.kinds) = (
          [2, 0], [1, 0], [.infinity, 0], [3, 0]
        )
      }
      change(&sightings)
      return Self.columnFault { $0.sightings = sightings }
    }
    #expect(fault { _ in } == nil)
    #expect(fault { $0.kinds = [] } == nil)
    #expect(fault { $0 = SightingColumns() } == .columnsDiffer)
    #expect(fault { $0.last = [1] } == .columnsDiffer)
    #expect(fault { $0.firstSeen.append(1) } == .columnsDiffer)
    #expect(fault { $0.kinds = [1] } == .columnsDiffer)
    #expect(fault { $0.last[1] = .nan } == .statisticsInvalid)
    #expect(fault { $0.lastSeen[0] = .max } == .statisticsInvalid)
    #expect(fault { $0.firstSeen[0] = 1 << 62 } == .statisticsInvalid)
    #expect(fault { $0.base = -1 } == .statisticsInvalid)
    #expect(fault { $0.base = .max } == .statisticsInvalid)
    #expect(Self.columnFault { $0.squares = [1] } == .columnsDiffer)
    #expect(Self.columnFault { $0.squares = [-1, 0] } == .statisticsInvalid)
    #expect(Self.columnFault { $0.squares = [.nan, 0] } == .statisticsInvalid)
    #expect(Self.columnFault { $0.squares = [.infinity, 0] } == nil)
  }

  @Test("histograms that cannot be are refused")
  func histograms() {
    func fault(_ change: (inout BucketColumns) -> Void) -> AnswerFault? {
      var buckets = BucketColumns.with {
        ($0.coarseness, $0.zeros) = ([0, 9], [1, 0])
        ($0.positiveStarts, $0.positiveLengths) = ([-3, 0], [2, 0])
        ($0.negativeStarts, $0.negativeLengths) = ([0, 63], [0, 1])
        $0.buckets = [1, 2, 3]
      }
      change(&buckets)
      return Self.columnFault { $0.histograms = buckets }
    }
    #expect(fault { _ in } == nil)
    #expect(fault { $0.zeros = [] } == nil)
    #expect(fault { $0 = BucketColumns() } == .columnsDiffer)
    #expect(fault { $0.coarseness = [0] } == .columnsDiffer)
    #expect(fault { $0.zeros = [1] } == .columnsDiffer)
    #expect(fault { $0.positiveStarts = [1] } == .columnsDiffer)
    #expect(fault { $0.positiveLengths.append(0) } == .columnsDiffer)
    #expect(fault { $0.negativeStarts = [] } == .columnsDiffer)
    #expect(fault { ($0.negativeStarts, $0.negativeLengths) = ([], []) } == .columnsDiffer)
    #expect(fault { $0.buckets = [1, 2] } == .columnsDiffer)
    #expect(fault { $0.buckets.append(1) } == .columnsDiffer)
    #expect(fault { $0.buckets[0] = -1 } == .statisticsInvalid)
    #expect(fault { $0.buckets[1] = 0 } == .statisticsInvalid)
    #expect(fault { $0.zeros[0] = -1 } == .statisticsInvalid)
    #expect(fault { $0.coarseness[1] = 10 } == .statisticsInvalid)
    #expect(fault { $0.coarseness[1] = 255 } == .statisticsInvalid)
    #expect(fault { $0.negativeStarts[1] = 64 } == .statisticsInvalid)
    #expect(fault { $0.positiveStarts[0] = .max } == .statisticsInvalid)
    #expect(fault { $0.positiveStarts[0] = .min } == .statisticsInvalid)
    #expect(fault { $0.positiveLengths[0] = .max } == .statisticsInvalid)
    #expect(fault { $0.positiveLengths[0] = 161 } == .statisticsInvalid)
  }

  @Test("heads and sections out of place are refused")
  func order() {
    #expect(Self.fault([]) == .headMisplaced)
    #expect(Self.fault { $0.head = nil } == .headMisplaced)
    #expect(Self.fault([Self.sound, Self.sound]) == .headMisplaced)
    var second = Self.sound
    second.head = nil
    #expect(Self.fault([Self.sound, second]) == .sectionRepeated)
    second.section = nil
    #expect(Self.fault([Self.sound, second]) == nil)
    #expect(Self.fault { $0.section = nil } == .sectionMissing)
    #expect(Self.fault { $0.section?.origin?.id = "b" } == .ownSectionMissing)
    #expect(Self.fault { $0.section?.origin?.incarnation = 2 } == .ownSectionMissing)
  }

  @Test("nodes that cannot be are refused")
  func identities() {
    #expect(Self.fault { $0.head?.node = nil } == .identityInvalid)
    #expect(Self.fault { $0.head?.node?.incarnation = 0 } == .identityInvalid)
    #expect(Self.fault { $0.head?.known = ["a b"] } == .identityInvalid)
    #expect(Self.fault { $0.section?.origin?.id = "" } == .identityInvalid)
    #expect(Self.fault { $0.head?.hinted = [.with { $0.points = 1 }] } == .identityInvalid)
  }

  @Test("more sections than a cluster has nodes are refused")
  func sections() {
    let many = (0..<300).map { number in
      ReportPart.with {
        $0.section = .with {
          $0.origin = .with { origin in
            (origin.id, origin.incarnation) = ("n\(number)", 1)
          }
        }
      }
    }
    #expect(Self.fault([Self.sound] + many) == .sectionRepeated)
  }

  @Test("whatever the bytes are, the outcome is a value", arguments: 1...300 as ClosedRange<UInt64>)
  func noise(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var part = Self.sound
    part.columns?.sightings = .with {
      ($0.lastSeen, $0.firstSeen, $0.last) = ([2, 0], [1, 0], [1, 0])
    }
    part.columns?.histograms = .with {
      ($0.coarseness, $0.positiveStarts, $0.positiveLengths) = ([0, 9], [-3, 0], [2, 0])
      $0.buckets = [1, 2]
    }
    var bytes = part.encoded()
    for _ in 0..<random.int(in: 1...4) {
      switch random.int(in: 0...2) {
      case 0: bytes[random.int(in: 0...bytes.count - 1)] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.removeLast(random.int(in: 0...bytes.count / 2))
      default: bytes.insert(contentsOf: random.bytes(3), at: random.int(in: 0...bytes.count))
      }
      if bytes.isEmpty { return }
    }
    do {
      let answer = try AnswerPartsTests.read([bytes])
      for section in answer.sections { #expect(section.report.summaries.count >= 0) }
    } catch {
      #expect(error is AnswerFault)
    }
  }
}
