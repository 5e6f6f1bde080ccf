// SPDX-License-Identifier: Apache-2.0

/// Encodes points straight into a run of length-prefixed gRPC messages (`telemetry.Point`), without
/// an object a point. The inverse of what the node's point reader does.
struct PointFrames {
  /// The run so far.
  private(set) var bytes: [UInt8] = []
  /// Points in the run.
  private(set) var count = 0

  /// Adds a point. Zero values and times are left out, as proto3 has it.
  mutating func append(
    name: String, labels: [(name: String, value: String)] = [], value: Double, time: Int64
  ) {
    let start = bytes.count
    bytes.append(contentsOf: [0, 0, 0, 0, 0])
    append(0x0A, name)
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
    for label in labels {
      bytes.append(0x22)
      appendVarint(UInt64(Self.size(label.name) + Self.size(label.value)))
      append(0x0A, label.name)
      append(0x12, label.value)
    }
    let length = bytes.count - start - 5
    for index in 0..<4 {
      bytes[start + 1 + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index))
    }
    count += 1
  }

  /// Takes the run out and starts anew.
  mutating func take() -> [UInt8] {
    let run = bytes
    bytes = []
    bytes.reserveCapacity(run.capacity)
    count = 0
    return run
  }

  private mutating func append(_ tag: UInt8, _ text: String) {
    bytes.append(tag)
    appendVarint(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Bytes of a text as a field.
  private static func size(_ text: String) -> Int {
    let count = text.utf8.count
    return 1 + max(1, (Int.bitWidth - count.leadingZeroBitCount + 6) / 7) + count
  }
}
