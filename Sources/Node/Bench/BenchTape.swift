// SPDX-License-Identifier: Apache-2.0

/// Points encoded before the clock starts: length-prefixed messages, all of the same size, cut into
/// the pieces in which they are sent. Sending is then all that the client does.
struct BenchTape: Sendable {
  /// Points of a packed piece: about 64 KiB.
  static let packedPoints = 1638

  /// Runs of whole messages, each of the same number of points.
  let pieces: [[UInt8]]
  /// Points in one piece.
  let pointsPerPiece: Int
  /// Bytes of one message with its prefix.
  let messageBytes: Int

  /// Encodes every metric at least once, in an order that looks random to the node's caches but is
  /// the same in every run.
  ///
  /// - Parameters:
  ///   - pointsPerPiece: 0: packed.
  ///   - time: Unix seconds of all points.
  init(metrics: Int, pointsPerPiece: Int, time: Int64) {
    let perPiece = pointsPerPiece == 0 ? Self.packedPoints : pointsPerPiece
    let count = max(1, (max(metrics, 4 * Self.packedPoints) + perPiece - 1) / perPiece)
    let width = max(5, String(metrics - 1).count)
    var random = SplitMix64(state: 0x7472_6962_7574_6172)
    let order = Array(0..<metrics).shuffled(using: &random)
    var frames = PointFrames()
    var pieces: [[UInt8]] = []
    for piece in 0..<count {
      for offset in 0..<perPiece {
        let metric = order[(piece * perPiece + offset) % metrics]
        // Never zero: a zero value would be left out and the message be shorter.
        let value = Double.random(in: 1..<1000, using: &random)
        frames.append(name: Self.name(metric, width), value: value, time: time)
      }
      pieces.append(frames.take())
    }
    self.pieces = pieces
    self.pointsPerPiece = perPiece
    messageBytes = (pieces[0].count) / perPiece
  }

  private static func name(_ metric: Int, _ width: Int) -> String {
    let digits = String(metric)
    return "bench.metric." + String(repeating: "0", count: width - digits.count) + digits
  }

  /// The pieces of one stream: those from `start` on, round and round, until so many points are
  /// reached; the last piece is cut.
  func run(start: Int, points: Int, piece body: ([UInt8], Int) async throws -> Void) async rethrows
  {
    var left = points
    var index = start % pieces.count
    while left > 0 {
      let count = min(left, pointsPerPiece)
      let piece = pieces[index]
      try await body(
        count == pointsPerPiece ? piece : Array(piece.prefix(count * messageBytes)), count)
      left -= count
      index = index + 1 == pieces.count ? 0 : index + 1
    }
  }
}

/// A small generator whose numbers are the same in every run.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
