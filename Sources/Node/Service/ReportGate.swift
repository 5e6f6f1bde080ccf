// SPDX-License-Identifier: Apache-2.0
import RPC
import Synchronization

/// Lets a few reports be made at a time; others wait in the order in which they came. A report of a
/// million series takes some 300 MB until it is sent.
final class ReportGate: Sendable {
  private struct State {
    var isMaking = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let reportsMax: Int
  private let state = Mutex(State())

  init(reportsMax: Int) { self.reportsMax = reportsMax }

  /// Does the work when it is its turn.
  ///
  /// - Throws: what the work throws, and `CancellationError` when its caller is gone by then.
  func pass<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
    await enter()
    defer { leave() }
    try Task.checkCancellation()
    return try await work()
  }

  private func enter() async {
    await withCheckedContinuation { turn in
      let isFree = state.withLock { state in
        guard state.isMaking < reportsMax else {
          state.waiting.append(turn)
          return false
        }
        state.isMaking += 1
        return true
      }
      if isFree { turn.resume() }
    }
  }

  /// The place goes to who waits longest.
  private func leave() {
    let next = state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isMaking -= 1
        return nil as CheckedContinuation<Void, Never>?
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}

/// Counts the bytes of reports that their callers have not taken yet.
final class UntakenBytes: Sendable {
  private let bytesMax: Int
  private let bytes = Mutex(0)

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// - Throws: RESOURCE_EXHAUSTED when others have left too much. A report that is alone always
  ///   goes.
  func take(_ count: Int) throws(RPCError) {
    let others = bytes.withLock { bytes in
      guard bytes == 0 || bytes + count <= bytesMax else { return bytes as Int? }
      bytes += count
      return nil
    }
    guard let others else { return }
    throw RPCError(
      .resourceExhausted,
      "the report takes \(count) bytes, and \(others) bytes of reports wait for slow callers, of "
        + "\(bytesMax) that may; ask again later, or for pages (page_size)")
  }

  func giveBack(_ count: Int) { bytes.withLock { $0 -= count } }
}
