// SPDX-License-Identifier: Apache-2.0
// Its headers name timespec, too, and it is not certain to which module the compiler counts that.
import CCares
import Glibc

/// Processor time of processes, in seconds of user and system together.
enum ProcessTimes {
  /// This process, exact.
  static var own: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Another process, in steps of a clock tick; nil when there is none.
  static func of(_ pid: Int) -> Double? {
    FileText.system("/proc/\(pid)/stat").flatMap(ticks).map {
      Double($0) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }
  }

  /// Fields 14 and 15 of /proc/PID/stat. The second field, the program's name in parentheses, may
  /// hold blanks and parentheses itself. Source: proc(5).
  static func ticks(_ stat: String) -> UInt64? {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12])
    else { return nil }
    return user &+ system
  }
}
