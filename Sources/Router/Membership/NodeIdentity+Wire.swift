// SPDX-License-Identifier: Apache-2.0
public import Proto

extension NodeIdentity {
  /// The identity, or nil when it is absent or is none.
  public init?(_ wire: Proto.NodeIdentity?) {
    guard let wire, let id = NodeID(wire.id), wire.incarnation > 0 else { return nil }
    self.init(id, incarnation: wire.incarnation)
  }

  /// As it is sent.
  public var wire: Proto.NodeIdentity {
    var wire = Proto.NodeIdentity()
    wire.id = id.text
    wire.incarnation = incarnation
    return wire
  }
}
