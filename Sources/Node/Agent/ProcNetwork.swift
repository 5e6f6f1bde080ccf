// SPDX-License-Identifier: Apache-2.0

/// What /proc/net/dev tells. Source: proc(5).
struct ProcNetwork: Sendable, Hashable {
  /// Counters of one interface since the start.
  struct Interface: Sendable, Hashable {
    var bytesReceived: UInt64
    var packetsReceived: UInt64
    var errorsReceived: UInt64
    var dropsReceived: UInt64
    var bytesSent: UInt64
    var packetsSent: UInt64
    var errorsSent: UInt64
    var dropsSent: UInt64
  }

  /// By name; the loopback interface, and interfaces that never carried anything, left out.
  private(set) var interfaces: [String: Interface] = [:]

  /// Reads a text: two lines of titles, then `name: 16 numbers`, the first of which may touch the
  /// colon.
  init(_ text: String) {
    for line in text.split(separator: "\n") {
      guard let colon = line.lastIndex(of: ":") else { continue }
      let name = line[..<colon].drop { $0 == " " }
      let fields = line[line.index(after: colon)...].split(separator: " ")
      let numbers = fields.compactMap { UInt64($0) }
      guard !name.isEmpty, name != "lo", numbers.count == fields.count, numbers.count >= 12,
        numbers.contains(where: { $0 != 0 })
      else { continue }
      interfaces[String(name)] = Interface(
        bytesReceived: numbers[0], packetsReceived: numbers[1], errorsReceived: numbers[2],
        dropsReceived: numbers[3], bytesSent: numbers[8], packetsSent: numbers[9],
        errorsSent: numbers[10], dropsSent: numbers[11])
    }
  }
}
