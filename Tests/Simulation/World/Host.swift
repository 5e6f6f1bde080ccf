// SPDX-License-Identifier: Apache-2.0
import Router

/// A machine: it has an id, an address and a clock, and runs one node's life after the other.
final class Host {
  let index: Int
  let id: NodeID
  let address: String
  /// The life that runs now, or ended last.
  var node: SimNode?
  /// How far its clock is off, seconds.
  private(set) var clockOffset: Int64 = 0
  /// The latest that its clock has ever said, without what has passed since.
  private(set) var clockOffsetMax: Int64 = 0
  /// What its lives have been asked of batches. A fence dies with its node, and whoever keeps an
  /// earlier copy for it does not know: that is a limit of batches, so each life has all of them.
  var fences: [FenceQuestion] = []
  /// What its latest life that left had taken of batches. Others have that, and the next life would
  /// take it again from whoever kept it and has not heard of the leaving: a limit, too.
  var marksOfLeft: [[UInt8]] = []
  /// Its process accepts connections and reads nothing.
  var isStalled = false
  private var incarnation: UInt64 = 0
  private unowned let world: World

  init(_ world: World, index: Int) {
    self.world = world
    self.index = index
    // One letter each, then numbers, so that order by bytes is not order by index for all.
    let text = index % 2 == 0 ? "n\(index)" : "N\(index).sim"
    guard let id = NodeID(text) else { preconditionFailure("no node id: \(text)") }
    self.id = id
    address = "host-\(index):50052"
  }

  /// Unix seconds as its clock says.
  var wall: Int64 { world.trueSeconds + clockOffset }
  /// The latest that any of its lives may have read.
  var wallMax: Int64 { world.trueSeconds + clockOffsetMax }
  var isUp: Bool { node.map { !$0.isOver } ?? false }

  func setClock(offset: Int64) {
    clockOffset = offset
    clockOffsetMax = max(clockOffsetMax, offset)
  }

  /// A life begins; its incarnation is larger than those before, whatever the clock says.
  func start() {
    precondition(!isUp, "a life at a time")
    let micros = UInt64(wall) * 1_000_000 + UInt64(world.now % 1_000_000)
    incarnation = max(incarnation + 1, micros)
    let node = SimNode(world, self, Router.NodeIdentity(id, incarnation: incarnation))
    self.node = node
    world.model.began(node)
    world.say("\(node.identity) starts as life \(node.life)")
    node.start()
  }
}
