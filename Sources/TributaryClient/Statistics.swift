// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

extension TributaryClient {
  /// Why a client dropped points.
  public enum DropReason: String, Sendable, Hashable, CaseIterable {
    /// There was no room for the point.
    case bufferFull
    /// Older points that were never sent made room for newer ones.
    case displaced
    /// The series alone is larger than a batch may be.
    case tooLarge
    /// A node called the batch malformed.
    case refused
    /// Recorded after ``TributaryClient/close(timeout:)``, or after the client had failed.
    case closed
    /// Not acknowledged when the client was closed or failed; those that were sent may have been
    /// counted all the same.
    case unacknowledged
  }

  /// How many points a node rejected for one reason.
  public struct Rejection: Sendable, Hashable {
    /// As in `TIME_TOO_OLD`.
    public var reason: String
    /// How many.
    public var count: Int
    /// The first such point's number among all that the client took, from 0.
    public var firstIndex: Int
    /// What to do about it, for people.
    public var hint: String

    /// Makes one of its parts.
    public init(reason: String, count: Int, firstIndex: Int, hint: String) {
      self.reason = reason
      self.count = count
      self.firstIndex = firstIndex
      self.hint = hint
    }
  }

  /// Points by what became of them. Always:
  /// recorded = acknowledged + rejected + dropped + waiting.
  public struct Statistics: Sendable, Hashable {
    /// All points ever given to the client.
    public var recorded = 0
    /// Accepted by a node.
    public var acknowledged = 0
    /// Rejected by a node, over all reasons.
    public var rejected = 0
    /// One entry a reason that occurred, in order of the reasons' names.
    public var rejections: [Rejection] = []
    /// Dropped by the client itself.
    public var drops: [DropReason: Int] = [:]
    /// Neither acknowledged, nor rejected, nor dropped.
    public var waiting = 0
    /// Of those acknowledged, points kept for nodes that are away.
    public var hinted = 0
    /// Of those acknowledged, points that an earlier copy of their batch had brought already.
    public var repeated = 0
    /// Batches sent for the first time.
    public var batchesSent = 0
    /// Batches sent again after a connection ended.
    public var batchesResent = 0
    /// Connections made.
    public var connections = 0
    /// Bytes of the points that wait.
    public var bytesWaiting = 0

    /// All zero.
    public init() {}

    /// Dropped by the client itself, over all reasons.
    public var dropped: Int { drops.values.reduce(0, +) }

    mutating func drop(_ points: Int, _ reason: DropReason) {
      waiting -= points
      drops[reason, default: 0] += points
    }

    mutating func add(_ rejection: Rejection) {
      rejected += rejection.count
      if let place = rejections.firstIndex(where: { $0.reason == rejection.reason }) {
        rejections[place].count += rejection.count
        rejections[place].firstIndex = min(rejections[place].firstIndex, rejection.firstIndex)
      } else {
        rejections.append(rejection)
        rejections.sort { $0.reason < $1.reason }
      }
    }
  }
}

extension RejectReason {
  /// As in `TIME_TOO_OLD`.
  var word: String {
    let name = name ?? "REASON_\(rawValue)"
    return name.hasPrefix("REJECT_REASON_") ? String(name.dropFirst(14)) : name
  }
}
