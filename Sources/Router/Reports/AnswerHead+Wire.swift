// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

// MARK: To the wire

extension AnswerHead {
  /// The message.
  var message: ReportHead {
    .with {
      $0.node = node.wire
      $0.clock = clock
      $0.epoch = epoch
      $0.known = known.map(\.text)
      $0.hinted = hinted.sorted { $0.key < $1.key }.map { id, points in
        .with { ($0.nodeId, $0.points) = (id.text, points) }
      }
      $0.departed = departed.sorted { ($0.id, $0.incarnation) < ($1.id, $1.incarnation) }
        .map(\.wire)
      $0.handedOver = handedOver
    }
  }
}

// MARK: From the wire

extension AnswerHead {
  /// - Throws: ``AnswerFault/identityInvalid``.
  init(_ message: ReportHead) throws(AnswerFault) {
    self.init(
      node: try NodeIdentity(checked: message.node), clock: message.clock, epoch: message.epoch,
      known: [],
      handedOver: message.handedOver)
    for text in message.known { known.append(try AnswerHead.id(text)) }
    for entry in message.hinted {
      let id = try AnswerHead.id(entry.nodeId)
      hinted[id] = max(hinted[id] ?? 0, entry.points)
    }
    for life in message.departed { departed.insert(try NodeIdentity(checked: life)) }
  }

  private static func id(_ text: String) throws(AnswerFault) -> NodeID {
    guard let id = NodeID(text) else { throw .identityInvalid }
    return id
  }
}

extension NodeIdentity {
  /// - Throws: ``AnswerFault/identityInvalid``.
  init(checked wire: Proto.NodeIdentity?) throws(AnswerFault) {
    guard let identity = NodeIdentity(wire) else { throw .identityInvalid }
    self = identity
  }
}
