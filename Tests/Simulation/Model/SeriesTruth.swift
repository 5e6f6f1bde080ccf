// SPDX-License-Identifier: Apache-2.0
import Router

/// Number of a point, over all of a run.
typealias PointNumber = Int

/// What is true of one series.
///
/// Its points have the values 1, 2, 4, ... 2^51, each once. A sum of k such values, all different,
/// is the only multiset of at most k of them with that sum: so a report's count and sum say exactly
/// which points are in it, and that none is in it twice, whatever was lost and doubled together.
struct SeriesTruth {
  static let pointsMax = 52

  /// Its key: a name, perhaps with labels.
  let name: [UInt8]
  let hash: UInt64
  /// What all its points but every fourth bring.
  let kind: UInt8
  /// Nodes keep its histogram.
  let hasHistogram: Bool
  /// Bit i: the point of value 2^i.
  var sent: UInt64 = 0
  /// The client got an Ack that counts it as received, and not as hinted.
  var acked: UInt64 = 0
  /// Told to the client as rejected: in no report ever.
  var refused: UInt64 = 0
  /// Sent so far.
  var used: Int { sent.nonzeroBitCount }
}

/// Series that points are made of, a few at a time.
struct SeriesPool {
  /// What their names begin with, and one of their labels.
  let name: String
  let host: String
  /// Points of each.
  let pointsMax: Int
  /// Those that get points now.
  var open: [Int] = []
  private var made = 0

  init(name: String, host: String, pointsMax: Int) {
    self.name = name
    self.host = host
    self.pointsMax = pointsMax
  }

  /// A series is made: which one of the pool's it is.
  mutating func nextNumber() -> Int {
    made += 1
    return made - 1
  }
}

/// What is true of one point.
struct PointTruth {
  enum Fate: UInt8 {
    case unknown, applied, hinted, refused
  }

  /// The time it was taken with, Unix seconds; nil before a node has judged it.
  var time: Int64?
  /// The life whose windows have it, or had it.
  var holder: Int?
  /// The life that handed it over to its holder.
  var handedOverBy: Int?
  /// How shards took it, in order: more than once only when it died in between.
  var applications: [Application] = []
  /// It died with a holder, and a later copy of its batch has been applied since.
  var isAppliedAnew = false
  /// Its holder's clock was set back while it lay ahead of the grace.
  var isForgotten = false
  /// As settled by the node that took it.
  var fate = Fate.unknown
  /// Which call brought it, or batch.
  let source: Source
  /// The life that took it; of a batch, the one that acked it last.
  var keeper: Int?

  enum Source {
    case call(Int)
    case batch(SentBatch)
  }

  var batch: SentBatch? { if case .batch(let batch) = source { batch } else { nil } }
}

/// How a shard took a point into its windows.
struct Application {
  /// With this time, Unix seconds.
  let time: Int64
  /// A later one has a larger number.
  let number: Int
  let place: Place

  /// One shard of one life.
  struct Place: Hashable {
    let life: Int
    let shard: Int
  }
}

/// What is true of one life of a node.
struct LifeTruth {
  let host: Host
  let identity: Router.NodeIdentity
  var isAlive = true
}
