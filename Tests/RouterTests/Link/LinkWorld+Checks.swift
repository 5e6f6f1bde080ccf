// SPDX-License-Identifier: Apache-2.0
import Shard

@testable import Router

extension LinkWorld {
  /// What holds after every event.
  mutating func check() {
    for settlement in sender.takeSettlements() { check(settlement) }
    let counters = sender.counters
    if !counters.isBalanced { failed("points are lost: \(counters)") }
    if sender.recounted != counters { failed("\(counters), but \(sender.recounted)") }
    if counters.bytesQueued > Self.queueBytesMax { failed("\(counters.bytesQueued) bytes queued") }
    if counters.bytesHinted > Self.hintBytesMax { failed("\(counters.bytesHinted) bytes hinted") }
    let frames = sender.lanes.live.frames.count + sender.lanes.hint.frames.count
    if counters.bytesInFlight > Self.creditBytes, frames > 1 {
      failed("\(counters.bytesInFlight) bytes under way")
    }
    let unsettled = open.values.reduce(0) { $0 + $1.count }
    if unsettled != counters.pointsQueued + counters.pointsInFlight {
      failed("\(unsettled) points are not settled: \(counters)")
    }
  }

  private mutating func check(_ settlement: Settlement) {
    guard let values = open.removeValue(forKey: settlement.ticket) else {
      return failed("ticket \(settlement.ticket) was settled twice")
    }
    switch settlement.outcome {
    case .shed:
      tried("shed")
      if values.contains(where: everJudged.contains) { failed("a shed point was applied") }
    case .hinted: tried("hinted")
    case .applied(let rejections):
      tried("applied")
      if !values.allSatisfy(everJudged.contains) { failed("acked before it was applied") }
      let rejected = values.indices.filter { Self.isRejected(values[$0]) }
      if rejections.map(\.row) != rejected { failed("\(rejections) of \(values)") }
    }
  }

  /// What the sender counts can be no more, and no less, than what the shards saw.
  private mutating func checkFates() {
    let counters = sender.counters
    let own = everJudged.filter { $0 >= lifeStart }
    let rejected = own.count { Self.isRejected($0) }
    let lost = counters.pointsShed + counters.pointsGivenUp + counters.pointsSurrendered
    if counters.pointsForwarded > own.count - rejected { failed("forwarded more than came") }
    if counters.pointsRejected > rejected { failed("rejected more than were") }
    if counters.pointsTaken - own.count > lost { failed("points are lost without a word") }
  }

  /// The network is good from now on, and no more points come: everything must come to rest.
  mutating func settleDown() {
    isStill = false
    lostPipes = []
    for _ in 0..<20_000 where !(sender.isIdle && pending.isEmpty) {
      if sender.state == .waiting || sender.state == .connecting {
        now = now + 20
        switch sender.tick(now: now, wall: wall) {
        case .connect: openPipe()
        case .disconnect: _ = sender.disconnected("asked for", now: now)
        case .nothing: break
        }
      } else {
        now = now + 1
        if case .disconnect = sender.tick(now: now, wall: wall) {
          lose("disconnect")
          _ = sender.disconnected("asked for", now: now)
        }
      }
      send()
      arrive()
      applyOne()
      for _ in 0..<2 { answer() }
      check()
    }
    triedBySender()
    findings.tries["repeated", default: 0] += receiver.counters.framesRepeated
    if !sender.isIdle { failed("not idle: \(sender.state) \(sender.counters)") }
    if !open.isEmpty { failed("\(open.count) batches are not settled") }
    checkFates()
  }
}
