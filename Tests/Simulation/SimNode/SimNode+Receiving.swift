// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit

/// Links from peers: a stream's first message finds its receiver, frames go to the shards, acks go
/// back.
extension SimNode {
  func linkMessage(_ message: [UInt8], _ wire: Wire) {
    guard let seat = receivers.values.first(where: { $0.wires[wire.number] != nil }) else {
      return greet(message, wire)
    }
    do {
      switch try seat.receiver.received(message, stream: wire.number) {
      case .apply(let frame, let tag): apply(frame, tag, seat, wire)
      case .answer(let answer): wire.answer(answer)
      case .nothing: break
      }
    } catch {
      refuse(wire, error)
      seat.wires[wire.number] = nil
    }
  }

  private func greet(_ message: [UInt8], _ wire: Wire) {
    do {
      let greeting = try LinkGreeting(message)
      if world.scenario.sabotage == .forgetsMark { forget(greeting.sender.id) }
      let seat = receiver(from: greeting.sender.id)
      switch seat.receiver.greeted(greeting, stream: wire.number) {
      case .refuse(let refusal): refuse(wire, refusal)
      case .welcome(let messages, let replaced):
        heard(of: greeting.sender, departed: greeting.departed)
        if let replaced, let old = seat.wires.removeValue(forKey: replaced) {
          refuse(old, LinkRefusal(.superseded, "a later stream has come"))
        }
        seat.wires[wire.number] = wire
        for message in messages { wire.answer(message) }
      }
    } catch {
      refuse(wire, error)
    }
  }

  private func receiver(from id: NodeID) -> ReceiverSeat {
    if let seat = receivers[id] { return seat }
    let seat = ReceiverSeat(id, LinkReceiver(settings, from: id))
    receivers[id] = seat
    return seat
  }

  /// Sabotage: what was known of the sender's frames is thrown away.
  private func forget(_ id: NodeID) {
    for wire in receivers.removeValue(forKey: id)?.wires.values.map({ $0 }) ?? [] {
      refuse(wire, LinkRefusal(.superseded, "a later stream has come"))
    }
  }

  private func refuse(_ wire: Wire, _ refusal: LinkRefusal) {
    world.tallies[.refusals] += 1
    switch refusal.kind {
    case .superseded, .staleIncarnation: break
    default:
      if !wire.wasSpoilt && world.scenario.sabotage == nil {
        world.broken(.integrity, "\(identity) refuses wire \(wire.number): \(refusal)")
      }
    }
    world.say("\(identity) refuses wire \(wire.number): \(refusal)")
    wire.refusal = refusal
    wire.closeByReceiver()
  }

  /// The sender's end is gone.
  func linkEnded(_ wire: Wire) {
    guard let seat = receivers.values.first(where: { $0.wires[wire.number] != nil }) else { return }
    seat.wires[wire.number] = nil
    seat.receiver.closed(stream: wire.number)
    wire.closeByReceiver()
  }

  // MARK: Frames

  private func apply(_ frame: DecodedFrame, _ tag: FrameTag, _ seat: ReceiverSeat, _ wire: Wire) {
    var points: [PointNumber] = []
    for row in 0..<frame.count {
      let name = frame.names[frame.nameRange(row)]
      guard
        let point = world.model.point(
          hash: frame.hash(row), name: name, value: frame.value(row)),
        world.model.truth(point).time == frame.time(row),
        world.model.series(of: point).kind == frame.kind(row)
      else {
        return world.broken(.integrity, "\(identity) took a row of \(seat.id) that was never sent")
      }
      points.append(point)
    }
    let job = FrameJob(tag, seat, points)
    if world.scenario.sabotage == .acksBeforeApplying { acknowledge(job) }
    distribute(frame, job)
  }

  private func distribute(_ frame: DecodedFrame, _ job: FrameJob) {
    var rows = frame.count
    if world.scenario.sabotage == .dropsRow, rows > 1, chance.oneIn(10) { rows -= 1 }
    var batches = [PointColumns?](repeating: nil, count: shards.count)
    for row in 0..<rows {
      let place = placement.shard(frame.hash(row))
      while true {
        let batch = batches[place] ?? newBatch()
        batches[place] = batch
        if batch.append(
          hash: frame.hash(row), nameFrom: frame.names.span.bytes, range: frame.nameRange(row),
          value: frame.value(row), time: frame.time(row), ordinal: UInt32(row),
          kind: frame.kind(row))
        {
          break
        }
        hand(batch, place, job)
        batches[place] = nil
      }
    }
    for (place, batch) in batches.enumerated() {
      if let batch { hand(batch, place, job) }
    }
  }

  private func hand(_ batch: PointColumns, _ place: Int, _ job: FrameJob) {
    job.batchesLeft += 1
    enqueue(.batch(batch, .frame(job)), at: shards[place])
  }

  /// The shards have taken the frame.
  func finish(_ job: FrameJob) {
    world.tallies[.framesApplied] += 1
    if world.scenario.sabotage == .acksBeforeApplying { return }
    acknowledge(job)
  }

  private func acknowledge(_ job: FrameJob) {
    job.rejections.sort { $0.row < $1.row }
    guard let (stream, message) = job.seat.receiver.applied(job.tag, rejections: job.rejections)
    else { return }
    job.seat.wires[stream]?.answer(message)
  }
}
