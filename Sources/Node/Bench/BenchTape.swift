// SPDX-License-Identifier: Apache-2.0

/// Points encoded before the clock starts: length-prefixed messages, all of the same size, cut into
/// pieces of about 64 KiB. Sending is then all that the client does.
struct BenchTape: Sendable {
  /// Points in one piece.
  static let pointsPerPiece = 1638
  /// Fewest pieces: 26 208 points in 1 MB. Frames between nodes hold 4096 points, so that with
  /// six peers no value is twice in a frame only because the tape came round.
  static let piecesMin = 16

  /// Runs of whole messages.
  let pieces: [[UInt8]]
  /// Bytes of one message with its prefix.
  let messageBytes: Int

  /// Encodes every name at least once, in an order that looks random to the node's caches but is
  /// the same in every run.
  ///
  /// - Parameters:
  ///   - names: of one length, at least one.
  ///   - time: Unix seconds of all points.
  init(names: [String], time: Int64, values: BenchValues = .random) {
    let perPiece = Self.pointsPerPiece
    let count = max(Self.piecesMin, (names.count + perPiece - 1) / perPiece)
    var random = BenchRandom(state: 0x7472_6962_7574_6172)
    let order = names.shuffled(using: &random)
    let starts = order.map { _ in Double.random(in: 1..<1000, using: &random) }
    var frames = PointFrames()
    var pieces: [[UInt8]] = []
    for point in 0..<count * perPiece {
      let (visit, name) = point.quotientAndRemainder(dividingBy: order.count)
      let value = values.value(start: starts[name], visit: visit, using: &random)
      frames.append(name: order[name], value: value, time: time)
      if frames.count == perPiece { pieces.append(frames.take()) }
    }
    self.pieces = pieces
    messageBytes = pieces[0].count / perPiece
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
