// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Testing

@Suite("Readers of a live report, as it decides")
struct LiveReadersTests {
  private static func rows(_ counts: [String: Int64]) -> LiveRows {
    let update = MetricUpdate.with {
      $0.changed = counts.sorted { $0.key < $1.key }.map { name, count in
        .with {
          $0.metric = name
          $0.summary = .with { $0.count = count }
        }
      }
    }
    return LiveRows(entries: update.encoded())
  }

  private static func reader(_ ticket: UInt64, _ seen: UInt64) -> LiveReaders.Reader {
    LiveReaders.Reader(ticket: ticket, seen: seen)
  }

  @Test("who has the latest waits for the next, and whoever has less is told at once")
  func asking() {
    var readers = LiveReaders()
    #expect(readers.asked(Self.reader(1, 0)) == .wait && readers.waitingCount == 1)
    #expect(readers.advance(to: 1, Self.rows(["a": 1])) == [Self.reader(1, 0)])
    #expect(readers.waitingCount == 0)
    #expect(readers.asked(Self.reader(2, 0)) == .tell)
    #expect(readers.asked(Self.reader(3, 1)) == .wait)
    #expect(readers.advance(to: 4, Self.rows(["a": 2])) == [Self.reader(3, 1)])
    #expect(readers.revision == 4)
  }

  @Test("those that wait are told in the order in which they asked, those that left are not")
  func order() {
    var readers = LiveReaders()
    for ticket in [5, 9, 2, 7] as [UInt64] { _ = readers.asked(Self.reader(ticket, 0)) }
    readers.left(ticket: 7)
    #expect(readers.advance(to: 1, LiveRows()).map(\.ticket) == [2, 5, 9])
    #expect(readers.advance(to: 2, LiveRows()) == [])
  }

  @Test("a step says how many intervals it covers, and nothing of them to who is new")
  func steps() throws {
    var readers = LiveReaders()
    _ = readers.advance(to: 1, Self.rows(["a": 1, "b": 1]))
    _ = readers.advance(to: 5, Self.rows(["a": 2]))
    let new = readers.step(since: 0)
    #expect(new.revision == 5 && new.intervals == 0 && new.difference.isFull)
    let head = Report.with { $0.asOf = 7 }
    let bytes = WireWriter.encode { readers.step(since: 1).write(head: head.encoded(), to: &$0) }
    let expected = MetricUpdate.with {
      $0.changed = [
        .with {
          $0.metric = "a"
          $0.summary = .with { $0.count = 2 }
        }
      ]
      $0.removed = [.with { $0.metric = "b" }]
      $0.report = head
      $0.intervals = 4
    }
    #expect(try MetricUpdate(decoding: bytes) == expected)
  }

  @Test("without memory, only who has missed nothing so far waits; others are refused")
  func shortage() {
    var readers = LiveReaders()
    for revision in 1...3 { _ = readers.advance(to: UInt64(revision), LiveRows()) }
    #expect(readers.fellShort(Self.reader(1, 2)) == .wait)
    #expect(readers.fellShort(Self.reader(2, 1)) == .refuse)
    #expect(readers.fellShort(Self.reader(3, 0)) == .refuse)
    // It has missed one by now.
    #expect(readers.advance(to: 4, LiveRows()) == [Self.reader(1, 2)])
    #expect(readers.fellShort(Self.reader(1, 2)) == .refuse)
    #expect(readers.waitingCount == 0)
  }

  @Test("before the second report nobody has anything to miss")
  func first() {
    var readers = LiveReaders()
    _ = readers.advance(to: 1, LiveRows())
    #expect(readers.fellShort(Self.reader(1, 0)) == .refuse)
  }
}
