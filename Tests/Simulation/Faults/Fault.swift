// SPDX-License-Identifier: Apache-2.0

/// What can go wrong.
enum Fault: Int, CaseIterable {
  /// A connection breaks; messages under way are lost from any point on.
  case breakWire
  /// A frame changes one bit on its way.
  case spoil
  /// A connection breaks when frames have arrived and their acks have not: they are sent again.
  case loseAcks
  /// Two hosts, or one and all others, do not reach each other for a time.
  case partition
  /// The same, but in one direction.
  case oneWay
  /// A host's process accepts connections and reads nothing.
  case stall
  /// A process dies with its memory and is started again later.
  case crash
  /// A process is stopped and goes on later.
  case pause
  /// A host's clock is set.
  case clockStep
  /// A shard takes long for what it does next.
  case slowShard
  /// All messages take longer for a time.
  case lag
  /// A node hands over what it has, and leaves.
  case drain
  /// The source of membership adds a host, or names one no more.
  case membership
}
