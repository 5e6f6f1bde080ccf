// SPDX-License-Identifier: Apache-2.0
import TestKit

/// One direction of a connection: messages arrive in order, each once, or not at all from some
/// point on.
///
/// While the way is blocked, or the receiver is paused or reads nothing, messages stay in the pipe
/// and its sender finds it full. Ending it with `.afterAll` is a stream's orderly end; a broken
/// connection loses what it has not yet delivered from any point on.
final class Pipe {
  enum Lost { case nothing, fromAnyPointOn, everything }

  /// Bytes under way.
  private(set) var bytes = 0
  private var messages: [(due: Int64, message: [UInt8])] = []
  private var head = 0
  private var isPlanned = false
  private var isEnded = false
  private var endDue: Int64 = 0
  private unowned let world: World
  private let from: Host
  private let to: SimNode
  private let bytesMax: Int
  private let deliver: ([UInt8]) -> Void
  private let onEnd: () -> Void
  /// The sender may go on: there is room again.
  private let onRoom: () -> Void

  init(
    _ world: World, from: Host, to: SimNode, bytesMax: Int,
    deliver: @escaping ([UInt8]) -> Void, onEnd: @escaping () -> Void,
    onRoom: @escaping () -> Void
  ) {
    self.world = world
    self.from = from
    self.to = to
    self.bytesMax = bytesMax
    self.deliver = deliver
    self.onEnd = onEnd
    self.onRoom = onRoom
  }

  var hasRoom: Bool { bytes < bytesMax && !isEnded }

  func send(_ message: [UInt8]) {
    guard !isEnded else { return }
    let due = max(world.now + world.network.delay(), messages.last?.due ?? 0)
    messages.append((due, message))
    bytes += message.count
    plan()
  }

  /// Nothing more is sent; the receiver hears of the end behind what is not lost.
  func end(losing lost: Lost) {
    guard !isEnded else { return }
    isEnded = true
    let waiting = messages.count - head
    switch lost {
    case .nothing: break
    case .everything: keep(0)
    case .fromAnyPointOn: keep(world.weather.int(in: 0...waiting))
    }
    endDue = max(world.now + world.network.delay(), messages.last?.due ?? 0)
    plan()
  }

  private func keep(_ count: Int) {
    messages.removeSubrange((head + count)...)
    bytes = messages[head...].reduce(0) { $0 + $1.message.count }
  }

  /// Goes on if something is there to go on with; called again when a way opens.
  func plan() {
    guard !isPlanned, !to.isOver else { return }
    let due: Int64
    if head < messages.count {
      due = messages[head].due
    } else if isEnded, endDue >= 0 {
      due = endDue
    } else {
      return
    }
    if isHeld { return world.network.held(self) }
    isPlanned = true
    world.after(due - world.now, "arrive") { [self] in
      isPlanned = false
      arrive()
    }
  }

  private var isHeld: Bool {
    to.isPaused || to.host.isStalled || world.network.isBlocked(from, to.host)
  }

  private func arrive() {
    guard !to.isOver else { return }
    if isHeld { return world.network.held(self) }
    guard head < messages.count else {
      endDue = -1
      return world.perform(on: to, onEnd)
    }
    let message = messages[head].message
    head += 1
    if head == messages.count {
      messages.removeAll(keepingCapacity: true)
      head = 0
    }
    let wasFull = bytes >= bytesMax
    bytes -= message.count
    world.tallies[.messages] += 1
    world.note(UInt64(message.count))
    world.perform(on: to) { [self] in deliver(message) }
    if wasFull && hasRoom { onRoom() }
    plan()
  }
}
