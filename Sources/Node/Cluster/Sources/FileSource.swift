// SPDX-License-Identifier: Apache-2.0
import Router

/// Nodes that a file names. It is looked at each second and read when it has changed. A file with a
/// wrong line, or that cannot be read, changes nothing.
struct FileSource: MembershipSource {
  /// A larger file names no nodes: 256 of them take 84 KiB at most.
  static let bytesMax = 1 << 20
  /// How soon a change is seen.
  private static let interval = Duration.seconds(1)

  private let path: String
  private let log: Log
  private let alarm = SourceAlarm()

  init(_ path: String, log: Log) {
    self.path = path
    self.log = log
  }

  var name: String { "peers-file" }

  func refresh() { alarm.ring() }

  func run(_ publish: @escaping @Sendable (MembershipSnapshot) -> Void) async {
    let report = SourceReport(name, log: log, publish: publish)
    var seen: FileVersion?
    repeat {
      // Looked at before it is read: a change in between is seen the next time.
      let version = FileVersion(path)
      if seen == nil || version != seen {
        seen = version
        read(report)
      }
    } while (try? await alarm.wait(Self.interval, shortest: Self.interval / 4)) != nil
  }

  private func read(_ report: SourceReport) {
    do throws(SystemFailure) {
      let bytes = try FileText.read(path, bytesMax: Self.bytesMax)
      report.learned(try PeerLines.snapshot(String(decoding: bytes, as: UTF8.self)))
    } catch {
      report.failed("\(path): \(error.reason)")
    }
  }
}
