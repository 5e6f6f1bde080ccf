// SPDX-License-Identifier: Apache-2.0

/// What /proc/meminfo tells, in bytes. Source: proc(5).
struct ProcMemory: Sendable, Hashable {
  /// Every line that has a number, by the word before its colon.
  private(set) var bytes: [String: UInt64] = [:]

  /// Reads a text. Lines with the unit kB are multiplied by 1024, as the kernel means it; lines
  /// without a unit are counts and left out.
  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2 else { continue }
      let fields = halves[1].split(separator: " ")
      guard fields.count == 2, fields[1] == "kB", let number = UInt64(fields[0]) else { continue }
      let (product, overflow) = number.multipliedReportingOverflow(by: 1024)
      if !overflow { bytes[String(halves[0])] = product }
    }
  }

  var total: UInt64? { bytes["MemTotal"] }
  /// What programs could still get; before Linux 3.14 estimated from what is free and cached.
  var available: UInt64? {
    bytes["MemAvailable"]
      ?? bytes["MemFree"].map { $0 &+ (bytes["Buffers"] ?? 0) &+ (bytes["Cached"] ?? 0) }
  }
}
