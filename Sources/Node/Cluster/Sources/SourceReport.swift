// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What a source has said last, and what went wrong last, so that neither is said again.
///
/// Locked, because a source's tasks may run anywhere.
final class SourceReport: Sendable {
  private struct State {
    var published: MembershipSnapshot?
    var failure: String?
    var isWell = false
  }

  private let state = Mutex(State())
  private let source: String
  private let log: Log
  private let publish: @Sendable (MembershipSnapshot) -> Void

  init(
    _ source: String, log: Log, publish: @escaping @Sendable (MembershipSnapshot) -> Void
  ) {
    self.source = source
    self.log = log
    self.publish = publish
  }

  /// The source says this.
  ///
  /// - Parameter isWell: it works in every respect: an earlier failure is over.
  func learned(_ snapshot: MembershipSnapshot, isWell: Bool = true) {
    let (isNew, wasBroken) = state.withLock { state in
      defer {
        state.published = snapshot
        if isWell { (state.failure, state.isWell) = (nil, true) }
      }
      return (state.published != snapshot, isWell && state.failure != nil)
    }
    if wasBroken { log.info("the source of peers works again", ["source": .string(source)]) }
    guard isNew else { return }
    log.info("peers learned", ["source": .string(source), "nodes": .count(snapshot.count)])
    publish(snapshot)
  }

  /// Whether it works in every respect.
  var isWell: Bool { state.withLock { $0.isWell } }

  /// The source does not work; what it said before stays. Said once until the reason changes.
  func failed(_ reason: String) {
    let (isNew, kept) = state.withLock { state in
      defer { (state.failure, state.isWell) = (reason, false) }
      return (state.failure != reason, state.published?.count)
    }
    guard isNew else { return }
    log.warning(
      kept == nil
        ? "the source of peers fails; there are none yet"
        : "the source of peers fails; the last good answer stays",
      ["source": .string(source), "reason": .string(reason), "nodes": .count(kept ?? 0)])
  }
}
