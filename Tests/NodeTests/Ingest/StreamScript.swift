// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Shard
import TestKit

@testable import Node

/// A random stream of points and what a node must make of it, counted without any cleverness.
struct StreamScript: Sendable {
  /// Framed messages, in order.
  private(set) var messages: [[UInt8]] = []
  private(set) var accepted: Int64 = 0
  private(set) var rejected: [Shard.RejectReason: PointTally.Rejected] = [:]
  /// Index of the message that is no point.
  private(set) var malformedAt: Int?
  /// Points that count, by name.
  private(set) var counts: [String: Int64] = [:]

  init(_ random: inout SplitMix64, prefix: String, messages count: Int) {
    let malformed = random.oneIn(3) ? random.int(in: 0...max(0, count - 1)) : nil
    for index in 0..<count {
      if index == malformed {
        messages.append([0, 0, 0, 0, 3, 0x0A, 9, 65])
        malformedAt = index
      } else {
        add(&random, prefix, index)
      }
    }
  }

  private mutating func add(_ random: inout SplitMix64, _ prefix: String, _ index: Int) {
    let now = IngestBench.now
    var (name, value, time) = ("\(prefix)\(random.int(in: 0...20))", 1.5, Int64(0))
    var labels: [String: String] = [:]
    var reason: Shard.RejectReason?
    switch random.int(in: 0...30) {
    case 0: (value, reason) = (.nan, .valueNan)
    case 1: (name, reason) = ("", .nameEmpty)
    case 2: (name, reason) = (String(repeating: "n", count: 65), .nameTooLong)
    case 3: (time, reason) = (now - 3600, .timeTooOld)
    case 4: (time, reason) = (.min, .timeTooOld)
    case 5: (time, reason) = (now + 61, .timeTooNew)
    case 6: (time, reason) = (.max, .timeTooNew)
    case 7: (time, reason) = (now * 1000, .timeInMilliseconds)
    case 8: (time, reason) = (now * 1_000_000, .timeInMicroseconds)
    case 9: (time, reason) = (now * 1_000_000_000, .timeInNanoseconds)
    case 10: time = now - 3599
    case 11: time = now + 60
    case 13: (labels, reason) = (["": "x"], .labelInvalid)
    case 14: (labels, reason) = (["x": String(repeating: "v", count: 4096)], .labelsTooLarge)
    case 15...22: labels = ["host": "h\(random.int(in: 0...5))", "b": "", "a": "ä"]
    case 12: name = prefix + String(repeating: "é", count: (64 - prefix.utf8.count) / 2)
    default: break
    }
    let point = Point.with {
      ($0.metric, $0.value, $0.timestamp, $0.labels) = (name, value, time, labels)
    }.encoded()
    messages.append(
      [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: point.count >> $0) } + point)
    guard malformedAt == nil else { return }
    if let reason {
      let first = rejected[reason]?.firstIndex ?? Int64(index)
      rejected[reason] = PointTally.Rejected(
        count: (rejected[reason]?.count ?? 0) + 1, firstIndex: first)
    } else {
      accepted += 1
      let key = SeriesKey.encode(metric: name, labels: labels)
      counts[String(decoding: key, as: UTF8.self), default: 0] += 1
    }
  }

  /// The messages in runs of random length.
  func runs(_ random: inout SplitMix64) -> [[UInt8]] {
    var runs: [[UInt8]] = []
    var start = 0
    while start < messages.count {
      let end = min(messages.count, start + random.int(in: 1...(random.oneIn(4) ? 3000 : 7)))
      runs.append(Array(messages[start..<end].joined()))
      start = end
    }
    return runs
  }
}
