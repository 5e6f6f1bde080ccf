// SPDX-License-Identifier: Apache-2.0

/// One measurement, before it gets its time.
struct Sample: Sendable, Hashable {
  var name: String
  var value: Double
}

/// Makes samples out of readings of /proc. Rates need two readings: the first gives gauges only, as
/// does the first after a device appeared. Pure: the texts and the clock are arguments.
struct MachineSampler: Sendable {
  /// What the names begin with, such as `web1.`.
  let prefix: String
  private var last: Reading?

  private struct Reading: Sendable {
    var stat: ProcStat?
    var disks: ProcDisks?
    var network: ProcNetwork?
    var seconds: Double
  }

  /// Makes one that has read nothing.
  init(prefix: String) { self.prefix = prefix }

  /// The samples of this moment.
  ///
  /// - Parameter seconds: a clock that never goes back, for rates.
  mutating func samples(_ texts: SystemTexts, seconds: Double) -> [Sample] {
    let reading = Reading(
      stat: texts.stat.map(ProcStat.init), disks: texts.diskstats.map(ProcDisks.init),
      network: texts.netdev.map(ProcNetwork.init), seconds: seconds)
    var list = SampleList(prefix: prefix)
    if let last, seconds > last.seconds {
      let elapsed = seconds - last.seconds
      list.addProcessors(last.stat, reading.stat, elapsed)
      list.addDisks(last.disks, reading.disks, elapsed)
      list.addNetwork(last.network, reading.network, elapsed)
    }
    list.addProcesses(reading.stat)
    list.addMemory(texts.meminfo.map(ProcMemory.init))
    list.addLoad(texts.loadavg)
    list.addUptime(texts.uptime)
    last = reading
    return list.samples
  }
}
