// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Synchronization
import Testing

@testable import Node

@Suite("a node that leaves a cluster of three")
struct DrainNodesTests {
  private static let points = (0..<3000).map { row in
    Point.with { ($0.metric, $0.value) = ("metric \(row % 200)", Double(row)) }
  }

  /// Length-prefixed messages.
  private static let run: [UInt8] = points.flatMap { point in
    let bytes = point.encoded()
    return [0, 0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
  }

  private static let total = points.reduce(0) { $0 + $1.value }

  @Test("is missed in no answer, while it leaves and after; it then ends")
  func drain() async throws {
    try await TestTrio.run { trio in
      var sent: Int64 = 0
      for member in trio.members {
        let ack = try await member.client.push(Self.run)
        #expect(ack.pointsReceived == 3000 && ack.pointsHinted == 0)
        sent += 3000
      }
      let due = sent
      let isOver = Box(Mutex(false))
      let answers = Box(Mutex(0))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for member in trio.members[1...] {
          group.addTask {
            repeat {
              let report = try await member.report()
              guard report.coverage?.complete == true else { continue }
              #expect(report.points == due)
              #expect(report.sum == 3 * Self.total)
              answers.value.withLock { $0 += 1 }
            } while !isOver.value.withLock { $0 }
          }
        }
        let leaver = trio.members[0]
        #expect(try await leaver.client.drain(timeout: .seconds(60)) { _ in })
        var ends = leaver.ends.makeAsyncIterator()
        #expect(await ends.next() == .drained)
        await leaver.node.stop(grace: .zero, leaving: true)
        isOver.value.withLock { $0 = true }
        try await group.waitForAll()
      }
      #expect(answers.value.withLock { $0 } > 0)
      for member in trio.members[1...] {
        let report = try await member.report()
        #expect(report.coverage?.complete == true, "\(report.coverage?.nodes ?? [])")
        #expect(report.points == due && report.sum == 3 * Self.total)
      }
      // Its names have new owners.
      for member in trio.members[1...] {
        let ack = try await member.client.push(Self.run)
        #expect(ack.pointsReceived == 3000 && ack.pointsHinted == 0)
      }
      for member in trio.members[1...] {
        #expect(try await member.report().points == due + 6000)
      }
    }
  }

  @Test("loses no point that clients push meanwhile to the others")
  func pushedMeanwhile() async throws {
    try await TestTrio.run { trio in
      let isOver = Box(Mutex(false))
      let acked = try await withThrowingTaskGroup(of: Int64.self) { group in
        for member in trio.members[1...] {
          group.addTask {
            var acked: Int64 = 0
            repeat {
              let ack = try await member.client.push(Self.run)
              acked += ack.pointsReceived
              #expect(ack.pointsRejected == 0)
              let report = try await member.report()
              if report.coverage?.complete == true { #expect(report.points >= acked) }
            } while !isOver.value.withLock { $0 }
            return acked
          }
        }
        let leaver = trio.members[0]
        let ack = try await leaver.client.push(Self.run)
        #expect(try await leaver.client.drain(timeout: .seconds(60)) { _ in })
        isOver.value.withLock { $0 = true }
        return try await group.reduce(ack.pointsReceived, +)
      }
      await trio.members[0].node.stop(grace: .zero, leaving: true)
      for member in trio.members[1...] {
        let report = try await member.report()
        #expect(report.coverage?.complete == true, "\(report.coverage?.nodes ?? [])")
        #expect(report.points == acked)
      }
    }
  }

  @Test("may be followed by another: the last has everything")
  func twice() async throws {
    try await TestTrio.run { trio in
      for member in trio.members { _ = try await member.client.push(Self.run) }
      for leaver in trio.members[..<2] {
        #expect(try await leaver.client.drain(timeout: .seconds(60)) { _ in })
        await leaver.node.stop(grace: .zero, leaving: true)
      }
      let report = try await trio.members[2].report()
      #expect(report.coverage?.complete == true)
      #expect(report.points == 9000 && report.sum == 3 * Self.total)
      await #expect(throws: RPCError.self) {
        _ = try await trio.members[2].client.drain(timeout: .seconds(60)) { _ in }
      }
      _ = try await trio.members[2].client.push(Self.run)
      #expect(try await trio.members[2].report().points == 12_000)
    }
  }
}
