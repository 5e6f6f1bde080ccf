// SPDX-License-Identifier: Apache-2.0

/// The files of /proc that the agent reads, as they were at one moment; nil: not readable here.
struct SystemTexts: Sendable, Hashable {
  var stat: String?
  var meminfo: String?
  var diskstats: String?
  var netdev: String?
  var loadavg: String?
  var uptime: String?

  /// Reads them all.
  static func read() -> SystemTexts {
    SystemTexts(
      stat: FileText.system("/proc/stat"), meminfo: FileText.system("/proc/meminfo"),
      diskstats: FileText.system("/proc/diskstats"), netdev: FileText.system("/proc/net/dev"),
      loadavg: FileText.system("/proc/loadavg"), uptime: FileText.system("/proc/uptime"))
  }
}
