// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// Values to messages of one link stream, and the small parts of them.
enum LinkMessages {
  static func request(_ kind: LinkRequest.Kind) -> [UInt8] {
    LinkRequest.with { $0.kind = kind }.encoded()
  }

  static func response(_ kind: LinkResponse.Kind) -> [UInt8] {
    LinkResponse.with { $0.kind = kind }.encoded()
  }

  static func frame(_ frame: LinkFrame) -> [UInt8] {
    var frame = frame
    frame.checksum = frame.expectedChecksum
    return request(.frame(frame))
  }
}

extension Lane {
  var wire: LinkLane { LinkLane(rawValue: Int32(rawValue)) }

  /// The lane of that number, or nil when there is none.
  init?(_ wire: LinkLane) {
    switch wire {
    case .live: self = .live
    case .hint: self = .hint
    default: return nil
    }
  }
}

extension NodeIdentity {
  /// The identities, or nil when one of them is none, or there are more than may be.
  static func all(_ wire: [Proto.NodeIdentity]) -> [NodeIdentity]? {
    guard wire.count <= RouterLimits.linkDepartedMax else { return nil }
    let all = wire.compactMap { NodeIdentity($0) }
    return all.count == wire.count ? all : nil
  }
}
