// SPDX-License-Identifier: Apache-2.0

/// What /proc/diskstats tells of whole disks. Source: Documentation/admin-guide/iostats.rst.
struct ProcDisks: Sendable, Hashable {
  /// Counters of one disk since the start.
  struct Disk: Sendable, Hashable {
    var reads: UInt64
    var sectorsRead: UInt64
    var writes: UInt64
    var sectorsWritten: UInt64
    var busyMilliseconds: UInt64
  }

  /// The kernel counts in sectors of 512 bytes, whatever the disk uses.
  static let sectorBytes: UInt64 = 512

  /// By device name; partitions, loop and RAM devices, and devices never used, left out.
  private(set) var disks: [String: Disk] = [:]

  /// Reads a text; lines that are too short or no numbers are left out.
  init(_ text: String) {
    var all: [String: Disk] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count >= 13 else { continue }
      let numbers = fields[3...].map { UInt64($0) }
      guard let reads = numbers[0], let read = numbers[2], let writes = numbers[4],
        let written = numbers[6], let busy = numbers[9]
      else { continue }
      all[String(fields[2])] = Disk(
        reads: reads, sectorsRead: read, writes: writes, sectorsWritten: written,
        busyMilliseconds: busy)
    }
    disks = all.filter { name, disk in
      (disk.reads | disk.writes) != 0 && !name.hasPrefix("loop") && !name.hasPrefix("ram")
        && !Self.isPartition(name, among: all.keys)
    }
  }

  /// `sda1` beside `sda`; `nvme0n1p2` beside `nvme0n1`; but not `dm-10` beside `dm-1`.
  private static func isPartition(_ name: String, among names: some Collection<String>) -> Bool {
    let base = name.reversed().drop { $0.isNumber }
    guard base.count < name.count, let last = base.first else { return false }
    let whole = String(base.reversed())
    if names.contains(whole) { return true }
    let withoutMark = whole.dropLast()
    return last == "p" && withoutMark.last?.isNumber == true
      && names.contains(String(withoutMark))
  }
}
