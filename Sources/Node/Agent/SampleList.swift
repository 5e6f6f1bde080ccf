// SPDX-License-Identifier: Apache-2.0

/// Collects samples under a prefix; values that are not known are left out.
struct SampleList {
  let prefix: String
  private(set) var samples: [Sample] = []

  /// Makes an empty list.
  init(prefix: String) { self.prefix = prefix }

  private mutating func add(_ name: String, _ value: Double?) {
    guard let value, value.isFinite else { return }
    samples.append(Sample(name: prefix + name, value: value))
  }

  private mutating func add(_ name: String, _ value: UInt64?) {
    add(name, value.map { Double($0) })
  }

  /// The share of each mode in the time of all processors, in per cent, and rates of the kernel.
  mutating func addProcessors(_ old: ProcStat?, _ new: ProcStat?, _ elapsed: Double) {
    guard let old, let new, old.cpu.count == new.cpu.count else { return }
    // A mode may go back a little (proc(5) says so of iowait): that is no time.
    let ticks = zip(old.cpu, new.cpu).map { Double(CounterRate.difference($0, $1) ?? 0) }
    let total = ticks.reduce(0, +)
    if total > 0 {
      for (mode, count) in zip(ProcStat.modes, ticks) { add("cpu.\(mode)", count / total * 100) }
      let idle = ticks.dropFirst(3).prefix(2).reduce(0, +)
      add("cpu.used", (total - idle) / total * 100)
    }
    add(
      "system.context_switches_per_second",
      CounterRate.perSecond(old.contextSwitches, new.contextSwitches, seconds: elapsed))
    add(
      "processes.started_per_second",
      CounterRate.perSecond(old.processesStarted, new.processesStarted, seconds: elapsed))
  }

  /// Gauges of the processes.
  mutating func addProcesses(_ stat: ProcStat?) {
    add("processes.running", stat?.processesRunning)
    add("processes.blocked", stat?.processesBlocked)
  }

  /// Gauges of memory and swap.
  mutating func addMemory(_ memory: ProcMemory?) {
    guard let memory else { return }
    add("memory.total_bytes", memory.total)
    add("memory.available_bytes", memory.available)
    add("memory.free_bytes", memory.bytes["MemFree"])
    add("memory.buffers_bytes", memory.bytes["Buffers"])
    add("memory.cached_bytes", memory.bytes["Cached"])
    add("memory.dirty_bytes", memory.bytes["Dirty"])
    addUse("memory", memory.total, memory.available)
    add("swap.total_bytes", memory.bytes["SwapTotal"])
    addUse("swap", memory.bytes["SwapTotal"], memory.bytes["SwapFree"])
  }

  private mutating func addUse(_ name: String, _ total: UInt64?, _ free: UInt64?) {
    guard let total, let free else { return }
    let used = Double(total - min(free, total))
    add("\(name).used_bytes", used)
    if total > 0 { add("\(name).used_percent", used / Double(total) * 100) }
  }

  /// Rates of every disk that was there before and is now.
  mutating func addDisks(_ old: ProcDisks?, _ new: ProcDisks?, _ elapsed: Double) {
    for (name, disk) in (new?.disks ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let before = old?.disks[name] else { continue }
      let scale = Double(ProcDisks.sectorBytes)
      func rate(_ path: KeyPath<ProcDisks.Disk, UInt64>) -> Double? {
        CounterRate.perSecond(before[keyPath: path], disk[keyPath: path], seconds: elapsed)
      }
      add("disk.\(name).read_bytes_per_second", rate(\.sectorsRead).map { $0 * scale })
      add("disk.\(name).written_bytes_per_second", rate(\.sectorsWritten).map { $0 * scale })
      add("disk.\(name).reads_per_second", rate(\.reads))
      add("disk.\(name).writes_per_second", rate(\.writes))
      add("disk.\(name).busy_percent", rate(\.busyMilliseconds).map { min(100, $0 / 10) })
    }
  }

  /// Rates of every interface that was there before and is now.
  mutating func addNetwork(_ old: ProcNetwork?, _ new: ProcNetwork?, _ elapsed: Double) {
    for (name, interface) in (new?.interfaces ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let before = old?.interfaces[name] else { continue }
      func rate(_ path: KeyPath<ProcNetwork.Interface, UInt64>) -> Double? {
        CounterRate.perSecond(before[keyPath: path], interface[keyPath: path], seconds: elapsed)
      }
      add("network.\(name).received_bytes_per_second", rate(\.bytesReceived))
      add("network.\(name).received_packets_per_second", rate(\.packetsReceived))
      add("network.\(name).received_errors_per_second", rate(\.errorsReceived))
      add("network.\(name).received_drops_per_second", rate(\.dropsReceived))
      add("network.\(name).sent_bytes_per_second", rate(\.bytesSent))
      add("network.\(name).sent_packets_per_second", rate(\.packetsSent))
      add("network.\(name).sent_errors_per_second", rate(\.errorsSent))
      add("network.\(name).sent_drops_per_second", rate(\.dropsSent))
    }
  }

  /// `0.20 0.18 0.12 1/80 11206`: three averages, then running and existing threads.
  mutating func addLoad(_ text: String?) {
    let fields = (text ?? "").split { $0.isWhitespace }
    guard fields.count >= 4 else { return }
    add("load.1m", Double(fields[0]))
    add("load.5m", Double(fields[1]))
    add("load.15m", Double(fields[2]))
    let threads = fields[3].split(separator: "/")
    if threads.count == 2 { add("processes.threads", Double(threads[1])) }
  }

  /// `350735.47 234388.90`: seconds since the start, then idle ones.
  mutating func addUptime(_ text: String?) {
    add(
      "system.uptime_seconds", (text ?? "").split { $0.isWhitespace }.first.flatMap { Double($0) })
  }
}
