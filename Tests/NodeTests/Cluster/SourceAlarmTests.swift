// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Node

@Suite("A source's alarm", .timeLimit(.minutes(5)))
struct SourceAlarmTests {
  private static let long = Duration.seconds(3600)

  @Test("a ring ends the wait, also one that came before it; several are one")
  func rings() async throws {
    let alarm = SourceAlarm()
    alarm.ring()
    alarm.ring()
    try await alarm.wait(Self.long)
    async let wait: Void = alarm.wait(Self.long)
    alarm.ring()
    try await wait
    try await alarm.wait(.milliseconds(1))
  }

  @Test("without a ring the time ends it")
  func time() async throws {
    let start = ContinuousClock.now
    try await SourceAlarm().wait(.milliseconds(20))
    #expect(ContinuousClock.now - start >= .milliseconds(20))
  }

  @Test("a ring does not end it before the shortest time")
  func shortest() async throws {
    let alarm = SourceAlarm()
    alarm.ring()
    let start = ContinuousClock.now
    try await alarm.wait(Self.long, shortest: .milliseconds(20))
    #expect(ContinuousClock.now - start >= .milliseconds(20))
  }

  @Test("cancelling ends it, before or during the wait")
  func cancelling() async {
    for _ in 0..<100 {
      let task = Task { try await SourceAlarm().wait(Self.long) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }
}
