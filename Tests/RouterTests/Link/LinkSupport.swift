// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard

@testable import Router

typealias Identity = Router.NodeIdentity

extension Identity {
  /// An identity in short: `.of("a", 2)`.
  static func of(_ id: String, _ incarnation: UInt64 = 1) -> Identity {
    guard let id = NodeID(id) else { preconditionFailure("no id: \(id)") }
    return Identity(id, incarnation: incarnation)
  }
}

extension LinkSettings {
  /// Node `own` of cluster `c`, with a window of a minute.
  static func of(
    _ own: Identity, cluster: String = "c", windowSeconds: Int64 = 60,
    creditBytes: Int = 1 << 20, hintBytesMax: Int = 1 << 20, queueBytesMax: Int = 1 << 20
  ) -> LinkSettings {
    LinkSettings(
      cluster: cluster, own: own, windowSeconds: windowSeconds, resolutionSeconds: 1,
      creditBytes: creditBytes, hintBytesMax: hintBytesMax, queueBytesMax: queueBytesMax)
  }
}

extension PointColumns {
  /// Points of series `name(value)` with these values, all of one time.
  static func of(
    _ values: [Double], time: Int64, name: (Double) -> String = { "m\(Int($0) % 40)" }
  ) -> PointColumns {
    let batch = PointColumns(
      rowsMax: max(1, values.count), nameBytesMax: max(1, values.count) * 128)
    for value in values {
      let bytes = Array(name(value).utf8)
      let isIn = batch.append(
        hash: SeriesKey.hash(bytes.span.bytes, 0..<bytes.count), nameFrom: bytes.span.bytes,
        range: 0..<bytes.count, value: value, time: time, ordinal: 0)
      precondition(isIn)
    }
    return batch
  }
}

extension DecodedFrame {
  var values: [Double] { (0..<count).map { value($0) } }

  func name(_ row: Int) -> String { String(decoding: names[nameRange(row)], as: UTF8.self) }
}

extension LinkSender {
  /// The counters that tell where points are now, counted from the frames themselves.
  var recounted: LinkCounters {
    var result = counters
    var waiting = (0..<queue.count).map { queue[$0] }
    if let open { waiting.append(open) }
    let sent = Lane.allCases.flatMap { lane in
      (0..<lanes[lane].frames.count).map { lanes[lane].frames[$0] }
    }
    result.pointsQueued = waiting.reduce(0) { $0 + $1.portions.unsettledPoints }
    result.pointsInFlight = sent.reduce(0) { $0 + $1.portions.unsettledPoints }
    result.pointsHinted =
      hints.points + waiting.reduce(0) { $0 + $1.portions.settledPoints }
      + sent.reduce(0) { $0 + $1.portions.settledPoints }
    result.bytesQueued = waiting.reduce(0) { $0 + $1.bytes }
    result.bytesInFlight = sent.reduce(0) { $0 + $1.bodyBytes }
    result.bytesHinted = hints.bytes
    return result
  }
}

/// An ack, decoded.
func ack(_ message: [UInt8]) -> LinkAck? {
  guard case .ack(let ack) = (try? LinkResponse(decoding: message))?.kind else { return nil }
  return ack
}

/// A frame, decoded as far as protobuf goes.
func frame(_ message: [UInt8]) -> LinkFrame? {
  guard case .frame(let frame) = (try? LinkRequest(decoding: message))?.kind else { return nil }
  return frame
}

/// A hello, decoded.
func hello(_ message: [UInt8]) -> LinkHello? {
  guard case .hello(let hello) = (try? LinkRequest(decoding: message))?.kind else { return nil }
  return hello
}
