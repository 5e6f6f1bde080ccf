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

  /// Encodes every series at least once, in an order that looks random to the node's caches but is
  /// the same in every run.
  ///
  /// - Parameters:
  ///   - names: of one length, at least one.
  ///   - time: Unix seconds of all points.
  ///   - labels: label sets of each name; 0: none has labels.
  ///   - hotPercent: of 100 points so many carry the first name.
  init(
    names: [String], time: Int64, values: BenchValues = .random, labels: Int = 0,
    hotPercent: Int = 0
  ) {
    let perPiece = Self.pointsPerPiece
    let sets = max(1, labels)
    let hot = hotPercent > 0 ? sets : 0
    var random = BenchRandom(state: 0x7472_6962_7574_6172)
    // Those of the first name, then the others.
    let order =
      Array(0..<hot).shuffled(using: &random)
      + Array(hot..<names.count * sets).shuffled(using: &random)
    let needed = order.count * 100 / (100 - hotPercent)
    let count = max(Self.piecesMin, (needed + perPiece - 1) / perPiece)
    let starts = order.map { _ in Double.random(in: 1..<1000, using: &random) }
    var frames = PointFrames()
    var pieces: [[UInt8]] = []
    for point in 0..<count * perPiece {
      // Of every 100 points so many are hot, one as far from the other as can be.
      let hotBefore = hot == order.count ? point : point * hotPercent / 100
      let isHot = hot == order.count || (point + 1) * hotPercent / 100 > hotBefore
      let (visit, place) =
        isHot
        ? hotBefore.quotientAndRemainder(dividingBy: hot)
        : (point - hotBefore).quotientAndRemainder(dividingBy: order.count - hot)
      let series = isHot ? place : hot + place
      let value = values.value(start: starts[series], visit: visit, using: &random)
      let (name, set) = order[series].quotientAndRemainder(dividingBy: sets)
      frames.append(
        name: names[name], labels: labels == 0 ? [] : BenchNames.labels(set), value: value,
        time: time)
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
