// SPDX-License-Identifier: Apache-2.0

/// Points encoded before the clock starts: length-prefixed messages, all of the same size, cut into
/// pieces of about 64 KiB. Sending is then all that the client does.
struct BenchTape: Sendable {
  /// Points in one piece.
  static let pointsPerPiece = 1638

  /// Runs of whole messages.
  let pieces: [[UInt8]]
  /// Bytes of one message with its prefix.
  let messageBytes: Int

  /// Encodes every metric at least once, in an order that looks random to the node's caches but is
  /// the same in every run.
  ///
  /// - Parameter time: Unix seconds of all points.
  init(metrics: Int, time: Int64) {
    let perPiece = Self.pointsPerPiece
    let count = max(4, (metrics + perPiece - 1) / perPiece)
    let width = max(5, String(metrics - 1).count)
    var random = BenchRandom(state: 0x7472_6962_7574_6172)
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
    messageBytes = pieces[0].count / perPiece
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
      let count = min(left, Self.pointsPerPiece)
      let piece = pieces[index]
      try await body(
        count == Self.pointsPerPiece ? piece : Array(piece.prefix(count * messageBytes)), count)
      left -= count
      index = index + 1 == pieces.count ? 0 : index + 1
    }
  }
}

/// A small generator whose numbers are the same in every run.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct BenchRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
