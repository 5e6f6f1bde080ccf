// SPDX-License-Identifier: Apache-2.0

/// Points that wait for the node, oldest first. Bounded: beyond the bound the oldest are dropped,
/// and counted.
struct PointBacklog: Sendable {
  /// A sample with its time in Unix seconds.
  struct TimedSample: Sendable, Hashable {
    var sample: Sample
    var time: Int64
  }

  /// Points kept at most.
  let pointsMax: Int
  private(set) var points: [TimedSample] = []
  /// Number of the first point kept.
  private var first = 0
  /// Dropped since ``takeDropped()``.
  private var dropped = 0

  /// Makes an empty one.
  init(pointsMax: Int) { self.pointsMax = pointsMax }

  /// Adds the samples of one moment.
  mutating func append(_ samples: [Sample], time: Int64) {
    points += samples.map { TimedSample(sample: $0, time: time) }
    let excess = points.count - pointsMax
    if excess > 0 {
      points.removeFirst(excess)
      first += excess
      dropped += excess
    }
  }

  /// The first points, as a run of frames, and their numbers, which count all points that were ever
  /// added.
  func frames(_ count: Int) -> (run: [UInt8], numbers: Range<Int>) {
    var frames = PointFrames()
    for point in points.prefix(count) {
      frames.append(name: point.sample.name, value: point.sample.value, time: point.time)
    }
    return (frames.bytes, first..<first + frames.count)
  }

  /// The node has acknowledged all points before this number.
  mutating func acknowledged(before end: Int) {
    let count = max(0, min(end - first, points.count))
    points.removeFirst(count)
    first += count
  }

  /// How many were dropped since this was last asked.
  mutating func takeDropped() -> Int {
    defer { dropped = 0 }
    return dropped
  }
}
