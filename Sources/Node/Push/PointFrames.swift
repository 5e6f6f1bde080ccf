// SPDX-License-Identifier: Apache-2.0

/// Encodes points straight into a run of length-prefixed gRPC messages (`telemetry.Point`), without
/// an object a point. The inverse of what the node's point reader does.
struct PointFrames {
  /// The run so far.
  private(set) var bytes: [UInt8] = []
  /// Points in the run.
  private(set) var count = 0

  /// Starts empty, with room for so many bytes.
  init(bytesReserved: Int = 0) { bytes.reserveCapacity(bytesReserved) }

  /// Adds a point whose name is `source[name]`. Zero values and times are left out, as proto3 has
  /// it.
  mutating func append(name: Range<Int>, of source: Span<UInt8>, value: Double, time: Int64) {
    let start = bytes.count
    bytes.append(contentsOf: [0, 0, 0, 0, 0])
    bytes.append(0x0A)
    appendVarint(UInt64(name.count))
    for index in name { bytes.append(source[index]) }
    if value.bitPattern != 0 {
      bytes.append(0x11)
      var bits = value.bitPattern
      for _ in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
      }
    }
    if time != 0 {
      bytes.append(0x18)
      appendVarint(UInt64(bitPattern: time))
    }
    let length = bytes.count - start - 5
    for index in 0..<4 {
      bytes[start + 1 + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index))
    }
    count += 1
  }

  /// Adds a point.
  mutating func append(name: String, value: Double, time: Int64) {
    let utf8 = Array(name.utf8)
    append(name: 0..<utf8.count, of: utf8.span, value: value, time: time)
  }

  /// Takes the run out and starts anew.
  mutating func take() -> [UInt8] {
    let run = bytes
    bytes = []
    bytes.reserveCapacity(run.capacity)
    count = 0
    return run
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
