// SPDX-License-Identifier: Apache-2.0
import RPC
import Testing

@testable import Node

@Suite("The bounds of reports")
struct ReportGateTests {
  @Test("no more reports are made at a time than may, and all are made")
  func gate() async throws {
    let gate = ReportGate(reportsMax: 3)
    let occupancy = Occupancy()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try await gate.pass {
            await occupancy.enter()
            await Task.yield()
            await occupancy.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(await occupancy.all == 200)
    #expect(await (1...3).contains(occupancy.most))
  }

  @Test("work that fails leaves its place, and a caller that is gone takes none")
  func failures() async throws {
    let gate = ReportGate(reportsMax: 1)
    await #expect(throws: CommandFailure.self) {
      _ = try await gate.pass { () throws -> Int in throw CommandFailure("x") }
    }
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      _ = try await gate.pass { Issue.record("a report that nobody waits for") }
    }
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    #expect(try await gate.pass { 7 } == 7)
  }

  @Test("what slow callers leave is limited, but a report that is alone always goes")
  func untaken() throws {
    let untaken = UntakenBytes(bytesMax: 100)
    try untaken.take(150)
    let error = #expect(throws: RPCError.self) { try untaken.take(1) }
    #expect(error?.status.code == .resourceExhausted)
    untaken.giveBack(150)
    try untaken.take(60)
    try untaken.take(40)
    #expect(throws: RPCError.self) { try untaken.take(1) }
  }
}

/// How many are in at a time.
private actor Occupancy {
  private var now = 0
  private(set) var most = 0
  private(set) var all = 0

  func enter() {
    now += 1
    all += 1
    most = max(most, now)
  }

  func leave() { now -= 1 }
}
