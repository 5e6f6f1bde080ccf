// SPDX-License-Identifier: Apache-2.0
public import Shard

/// Rows of a frame, one behind the other, that came in one batch of a client.
public struct FrameOrigin: Sendable, Hashable {
  /// Which batch.
  public let origin: RowOrigin
  /// The first of them, in the frame.
  public let first: Int
  /// For each, its place in the batch; each is greater than the one before.
  public let places: [UInt32]

  /// As given.
  ///
  /// - Precondition: there are places, they rise, and they are within the batch.
  public init(_ origin: RowOrigin, first: Int, places: [UInt32]) {
    self.origin = origin
    self.first = first
    self.places = places
  }

  /// Its rows, in the frame.
  public var rows: Range<Int> { first..<first + places.count }
}

/// The origins at the end of a body: how many (varint), then for each how many rows lie before it
/// and behind the one before, how many are its own, the client's name (length and bytes), sequence,
/// confirmed, age, the batch's points, and its rows' places: the first, then how far each is from
/// the next possible one. All varints.
enum OriginColumn {
  /// What an origin takes without its rows' places: five varints of at most 3 bytes, two of 10, one
  /// of 5, a name. Bytes.
  static let originBytesMax = 5 * 3 + 2 * 10 + 5 + RouterLimits.batchClientBytesMax
  /// What a row's place takes. Bytes.
  static let placeBytesMax = 3
  private static let pointsMax = RouterLimits.batchPointsMax

  /// The length of a batch's, from above.
  static func bytes(of runs: [OriginRun]) -> Int {
    runs.reduce(0) { $0 + originBytesMax + placeBytesMax * $1.rows.count }
  }

  static func append(_ origins: [FrameOrigin], to body: inout FrameBodyWriter) {
    body.append(varint: UInt64(origins.count))
    var row = 0
    for part in origins {
      body.append(varint: UInt64(part.first - row))
      body.append(varint: UInt64(part.places.count))
      body.append(varint: UInt64(part.origin.client.count))
      unsafe body.append(part.origin.client.span.bytes)
      body.append(varint: part.origin.sequence)
      body.append(varint: part.origin.confirmed)
      body.append(varint: UInt64(part.origin.age))
      body.append(varint: UInt64(part.origin.points))
      var next: UInt32 = 0
      for place in part.places {
        body.append(varint: UInt64(place - next))
        next = place + 1
      }
      row = part.rows.upperBound
    }
  }

  static func read(
    rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [FrameOrigin] {
    let count = try reader.varint(in: 0...rows, body, else: .numberOutOfRange)
    var origins: [FrameOrigin] = []
    var row = 0
    for _ in 0..<count {
      let first = row + (try reader.varint(in: 0...rows - row, body, else: .numberOutOfRange))
      guard first < rows else { throw .malformed(.numberOutOfRange, offset: reader.offset) }
      let part = try read(first: first, rowsMax: rows - first, &reader, body)
      origins.append(part)
      row = part.rows.upperBound
    }
    return origins
  }

  private static func read(
    first: Int, rowsMax: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> FrameOrigin {
    let rows = try reader.varint(in: 1...rowsMax, body, else: .numberOutOfRange)
    let clientBytes = try reader.varint(
      in: 1...RouterLimits.batchClientBytesMax, body, else: .numberOutOfRange)
    let name = try reader.take(clientBytes, body)
    let client = unsafe body.extracting(name).withUnsafeBytes { unsafe Array($0) }
    let offset = reader.offset
    let sequence = try reader.varint(body)
    let confirmed = try reader.varint(body)
    guard confirmed < sequence else { throw .malformed(.numberOutOfRange, offset: offset) }
    let age = try reader.varint(in: 0...Int(UInt32.max), body, else: .numberOutOfRange)
    let points = try reader.varint(
      in: 1...pointsMax, body, else: .numberOutOfRange)
    var places: [UInt32] = []
    places.reserveCapacity(rows)
    var next = 0
    for _ in 0..<rows {
      let place =
        next
        + (try reader.varint(in: 0...pointsMax, body, else: .numberOutOfRange))
      guard place < points else { throw .malformed(.numberOutOfRange, offset: reader.offset) }
      places.append(UInt32(place))
      next = place + 1
    }
    return FrameOrigin(
      RowOrigin(
        client: client, sequence: sequence, confirmed: confirmed, age: UInt32(age), points: points),
      first: first, places: places)
  }
}
