// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit

/// Links from peers: a stream's first message finds its receiver, which takes the frames.
extension SimNode {
  func linkMessage(_ message: [UInt8], _ wire: Wire) {
    guard let seat = receivers.values.first(where: { $0.wires[wire.number] != nil }) else {
      return refusesLinks ? wire.closeByReceiver() : greet(message, wire)
    }
    do {
      switch try seat.receiver.received(message, stream: wire.number) {
      case .apply(let frame, let tag): apply(frame, tag, seat)
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
    seat.receiver.departed = membership.departedIdentities
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
    case .superseded, .staleIncarnation, .departed: break
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
}
