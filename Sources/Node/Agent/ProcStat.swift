// SPDX-License-Identifier: Apache-2.0

/// What /proc/stat tells. Source: proc(5).
struct ProcStat: Sendable, Hashable {
  /// The modes of the `cpu` line, in its order. `guest` is part of `user` and left out.
  static let modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"]

  /// Ticks since the start, by mode; as many as the kernel gives, at most all modes.
  var cpu: [UInt64] = []
  var contextSwitches: UInt64?
  var processesStarted: UInt64?
  var processesRunning: UInt64?
  var processesBlocked: UInt64?
  /// Lines that name one processor each.
  var processors = 0

  /// Reads a text; lines that it does not know are left alone.
  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard let key = fields.first, fields.count > 1 else { continue }
      switch key {
      case "cpu":
        cpu = fields.dropFirst().prefix(Self.modes.count).compactMap { UInt64($0) }
      case "ctxt": contextSwitches = UInt64(fields[1])
      case "processes": processesStarted = UInt64(fields[1])
      case "procs_running": processesRunning = UInt64(fields[1])
      case "procs_blocked": processesBlocked = UInt64(fields[1])
      default: if key.hasPrefix("cpu") { processors += 1 }
      }
    }
  }
}
