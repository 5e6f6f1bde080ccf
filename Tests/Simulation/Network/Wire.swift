// SPDX-License-Identifier: Apache-2.0
import Router
import TestKit

/// One connection with one stream, from a link's sender to its receiver and back.
///
/// Each end learns of the other's end, if at all, after a delay of its own; until then it speaks to
/// nobody.
final class Wire {
  let number: UInt64
  let sender: SimNode
  let receiver: SimNode
  /// Why the receiver ended the stream, if it did: the sender reads it from the trailers.
  var refusal: LinkRefusal?
  /// Nothing passes any more that has not been sent.
  private(set) var isOver = false
  /// The receiver takes nothing more.
  private var isClosedByReceiver = false
  private unowned let world: World
  private var forward: Pipe?
  private var backward: Pipe?
  private var spoilNext = false
  /// A message on it was spoilt: one without a checksum may have said anything.
  private(set) var wasSpoilt = false
  private var isDeaf = false

  init(_ world: World, number: UInt64, from sender: SimNode, to receiver: SimNode) {
    self.world = world
    self.number = number
    self.sender = sender
    self.receiver = receiver
    forward = Pipe(
      world, from: sender.host, to: receiver, bytesMax: world.scenario.socketBytes,
      deliver: { [unowned self] in
        if !isClosedByReceiver { receiver.linkMessage($0, self) }
      },
      onEnd: { [unowned self] in
        if !isClosedByReceiver { receiver.linkEnded(self) }
      },
      onRoom: { [unowned self, unowned world] in
        world.perform(on: sender) { [unowned self] in sender.linkHasRoom(self) }
      })
    backward = Pipe(
      world, from: receiver.host, to: sender, bytesMax: .max,
      deliver: { [unowned self] in sender.ackMessage($0, self) },
      onEnd: { [unowned self] in
        sender.wireLost(self, "\(refusal?.description ?? "connection lost")")
      },
      onRoom: {})
  }

  var hasRoom: Bool { forward?.hasRoom ?? false }

  /// A frame from the sender, as it leaves.
  func send(_ message: [UInt8], isFrame: Bool) {
    var message = message
    if spoilNext && isFrame && !message.isEmpty {
      spoilNext = false
      wasSpoilt = true
      let place = world.weather.int(in: 0...message.count - 1)
      message[place] ^= 1 << UInt8(world.weather.int(in: 0...7))
      world.tallies[.framesSpoilt] += 1
      world.say("wire \(number): byte \(place) of \(message.count) spoilt")
    }
    forward?.send(message)
  }

  func answer(_ message: [UInt8]) {
    if isDeaf { return world.tallies[.answersLost] += 1 }
    backward?.send(message)
  }

  /// The next frame changes one bit on its way.
  func spoil() { spoilNext = true }

  /// From now on no answer arrives; in a while the connection breaks.
  func loseAcks() {
    guard !isOver else { return }
    isDeaf = true
    world.after(Int64(world.plot.int(in: 0...1_500_000)), "deaf") { [self] in
      guard !isOver else { return }
      isOver = true
      world.tallies[.connectionsLost] += 1
      forward?.end(losing: .nothing)
      backward?.end(losing: .everything)
    }
  }

  // MARK: Ends

  /// The connection breaks: what is under way is lost from any point on, in both directions.
  func breakOff() {
    guard !isOver else { return }
    isOver = true
    world.tallies[.connectionsLost] += 1
    forward?.end(losing: .fromAnyPointOn)
    backward?.end(losing: .fromAnyPointOn)
  }

  /// The sender gives it up; it hears nothing more.
  func closeBySender() {
    guard !isOver else { return }
    isOver = true
    backward = nil
    forward?.end(losing: .fromAnyPointOn)
  }

  /// The receiver ends the stream with a status, behind what it has answered.
  func closeByReceiver() {
    isClosedByReceiver = true
    guard !isOver else { return }
    isOver = true
    forward?.end(losing: .everything)
    backward?.end(losing: .nothing)
  }

  /// An end's process has died; its machine tells the other end, or is gone with it.
  func died(_ node: SimNode, tells: Bool) {
    guard !isOver else { return }
    isOver = true
    guard tells else { return }
    if node === sender {
      forward?.end(losing: .fromAnyPointOn)
    } else {
      backward?.end(losing: .fromAnyPointOn)
    }
  }
}
