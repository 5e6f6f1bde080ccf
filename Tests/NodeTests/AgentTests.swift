// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Node

@Suite("The agent")
struct AgentTests {
  private static let stat = """
    cpu  100 10 50 800 20 5 5 10 3 0
    cpu0 50 5 25 400 10 2 3 5 1 0
    cpu1 50 5 25 400 10 3 2 5 2 0
    intr 12345 1 2 3
    ctxt 1000
    btime 1700000000
    processes 500
    procs_running 2
    procs_blocked 1
    softirq 1 2 3
    """
  private static let later = """
    cpu  150 10 70 900 19 5 5 41 3 0
    ctxt 3000
    processes 510
    procs_running 3
    procs_blocked 0
    """

  @Test("/proc/stat is read, whatever else stands in it")
  func procStat() {
    let stat = ProcStat(Self.stat)
    #expect(stat.cpu == [100, 10, 50, 800, 20, 5, 5, 10])
    #expect(stat.processors == 2)
    #expect(stat.contextSwitches == 1000)
    #expect(stat.processesBlocked == 1)
    #expect(ProcStat("cpu  1 2 3 4\ncpuX\n\nctxt\nctxt x\n").cpu == [1, 2, 3, 4])
    #expect(ProcStat("").cpu.isEmpty)
  }

  @Test("memory is in bytes, and availability is estimated on old kernels")
  func memory() {
    let text =
      "MemTotal: 1000 kB\nMemFree:  200 kB\nBuffers: 10 kB\nCached: 90 kB\n"
      + "HugePages_Total: 4\nbad\n"
    let memory = ProcMemory(text)
    #expect(memory.total.map(Int.init) == 1_024_000)
    #expect(memory.available.map(Int.init) == 300 * 1024)
    #expect(memory.bytes["HugePages_Total"] == nil)
    let stated = ProcMemory(text + "MemAvailable: 400 kB\n")
    #expect(stated.available.map(Int.init) == 400 * 1024)
    #expect(
      ProcMemory("MemTotal: 99999999999999999999 kB\nMemFree: 18446744073709551615 kB").bytes
        .isEmpty)
  }

  @Test("partitions, loop and RAM devices are no disks")
  func disks() {
    let names = [
      "sda", "sda1", "sda15", "nvme0n1", "nvme0n1p2", "dm-1", "dm-10", "loop0", "ram3", "xvda1",
      "mmcblk0", "mmcblk0p1", "md127", "sr0",
    ]
    let text = names.map { "   8       0 \($0) 1 2 3 4 5 6 7 8 9 10 11 12 13 14" }.joined(
      separator: "\n")
    let disks = ProcDisks(text + "\n 8 0 short 1 2\n 8 0 bad a b c d e f g h i j k\n")
    #expect(
      Set(disks.disks.keys) == [
        "sda", "nvme0n1", "dm-1", "dm-10", "xvda1", "mmcblk0", "md127", "sr0",
      ])
    #expect(
      disks.disks["sda"]
        == ProcDisks.Disk(
          reads: 1, sectorsRead: 3, writes: 5, sectorsWritten: 7, busyMilliseconds: 10))
  }

  @Test("interfaces may touch their colon, and aliases have one of their own")
  func network() {
    let text = """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
          lo:  100 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0
        eth0:123 4 5 6 0 0 0 0 7 8 9 10 0 0 0 0
      eth0:1: 1 1 1 1 1 1 1 1 2 2 2 2 2 2 2 2
      idle0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
      short: 1 2 3
      """
    let network = ProcNetwork(text)
    #expect(Set(network.interfaces.keys) == ["eth0", "eth0:1"])
    #expect(network.interfaces["eth0"]?.bytesReceived == 123)
    #expect(network.interfaces["eth0"]?.dropsSent == 10)
  }

  @Test(
    "a counter goes on after a wrap of 32 bits, and begins anew after a reset",
    arguments: [
      (UInt64(5), UInt64(8), UInt64?(3)), (8, 8, 0), (4_294_967_290, 4, 10), (1000, 4, nil),
      (4_294_967_290, 4_000_000_000, nil), (.max, 0, nil),
    ])
  func counters(old: UInt64, new: UInt64, difference: UInt64?) {
    #expect(CounterRate.difference(old, new) == difference)
  }

  @Test("the first reading gives gauges, the second rates too")
  func sampler() {
    var sampler = MachineSampler(prefix: "web1.")
    var texts = SystemTexts(stat: Self.stat)
    texts.diskstats = "8 0 sda 10 0 100 0 20 0 200 0 0 1000 0"
    texts.netdev = "eth0: 1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0"
    texts.loadavg = "0.20 0.18 0.12 1/80 11206\n"
    texts.uptime = "350735.47 234388.90\n"
    let first = values(sampler.samples(texts, seconds: 100))
    #expect(first["web1.load.1m"] == 0.2)
    #expect(first["web1.processes.threads"] == 80)
    #expect(first["web1.system.uptime_seconds"] == 350735.47)
    #expect(first["web1.processes.running"] == 2)
    #expect(first.keys.allSatisfy { !$0.contains("per_second") && !$0.contains("cpu") })

    texts.stat = Self.later
    texts.diskstats = "8 0 sda 14 0 104 0 20 0 200 0 0 2000 0\n8 16 sdb 1 2 3 4 5 6 7 8 9 10 11"
    texts.netdev = "eth0: 500 12 0 0 0 0 0 0 4000 20 0 0 0 0 0 0"
    let second = values(sampler.samples(texts, seconds: 102))
    // 201 ticks: 50 user, 20 system, 100 idle, 31 stolen; iowait went back, which is no time.
    #expect(second["web1.cpu.user"] == 50.0 / 201 * 100)
    #expect(second["web1.cpu.iowait"] == 0)
    #expect(second["web1.cpu.used"] == 101.0 / 201 * 100)
    #expect(second["web1.system.context_switches_per_second"] == 1000)
    #expect(second["web1.disk.sda.read_bytes_per_second"] == 1024)
    #expect(second["web1.disk.sda.reads_per_second"] == 2)
    #expect(second["web1.disk.sda.busy_percent"] == 50)
    #expect(second["web1.disk.sdb.reads_per_second"] == nil)
    #expect(second["web1.network.eth0.received_bytes_per_second"] == nil)
    #expect(second["web1.network.eth0.sent_bytes_per_second"] == 1000)
  }

  @Test("unreadable files, and a clock that stands still, give what is left")
  func nothing() {
    var sampler = MachineSampler(prefix: "")
    #expect(sampler.samples(SystemTexts(), seconds: 1).isEmpty)
    _ = sampler.samples(SystemTexts(stat: Self.stat), seconds: 2)
    #expect(values(sampler.samples(SystemTexts(stat: Self.later), seconds: 2))["cpu.user"] == nil)
    #expect(sampler.samples(SystemTexts(loadavg: "x y", uptime: ""), seconds: 3).isEmpty)
  }

  @Test("this machine's own files are read")
  func thisMachine() {
    var sampler = MachineSampler(prefix: "")
    let names = Set(sampler.samples(.read(), seconds: 0).map(\.name))
    #expect(names.isSuperset(of: ["memory.total_bytes", "load.1m", "processes.running"]))
  }

  private func values(_ samples: [Sample]) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: samples.map { ($0.name, $0.value) })
  }
}
