// SPDX-License-Identifier: Apache-2.0
import Router
import Synchronization

@testable import Node

/// Runs a source, and keeps what it publishes and logs.
final class SourceProbe: Sendable {
  private struct State {
    var snapshots: [MembershipSnapshot] = []
    var lines: [String] = []
    var waiters:
      [(isMet: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
        []
  }

  private let state = Mutex(State())
  private let task = Mutex<Task<Void, Never>?>(nil)

  init() {}

  /// A log whose lines are kept.
  var log: Log {
    Log(level: .info, format: .text, sink: { line in self.change { $0.lines.append(line) } })
  }

  /// Runs a source until ``stop()``.
  func run(_ source: any MembershipSource) {
    let running = Task { [self] in
      await source.run { snapshot in self.change { $0.snapshots.append(snapshot) } }
    }
    task.withLock { $0 = running }
  }

  /// Ends the source's task.
  func stop() async {
    let running = task.withLock { $0.take() }
    running?.cancel()
    await running?.value
  }

  var snapshots: [MembershipSnapshot] { state.withLock { $0.snapshots } }
  var lines: [String] { state.withLock { $0.lines } }

  /// Waits for the newest snapshot to have these ids.
  func learned(_ ids: String...) async {
    await until { state in state.snapshots.last?.members.map(\.id.text) == ids }
  }

  /// Waits for the newest snapshot to have these addresses.
  func learned(addresses: [String]) async {
    await until { state in state.snapshots.last?.addresses == addresses }
  }

  /// Waits for a line with this text, the `count`th.
  func logged(_ text: String, times count: Int = 1) async {
    await until { state in state.lines.count { $0.contains(text) } >= count }
  }

  private func until(_ isMet: @escaping @Sendable (State) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if isMet(state) { return true }
        state.waiters.append((isMet, continuation))
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let met = state.withLock { state in
      body(&state)
      let now = state
      let met = now.waiters.filter { $0.isMet(now) }
      state.waiters.removeAll { $0.isMet(now) }
      return met.map(\.continuation)
    }
    for continuation in met { continuation.resume() }
  }
}
