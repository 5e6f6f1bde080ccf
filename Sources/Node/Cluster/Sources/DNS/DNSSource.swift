// SPDX-License-Identifier: Apache-2.0
import Router

/// Nodes that the domain name system knows under one name, looked up again and again. An empty
/// answer, or none, changes nothing.
struct DNSSource: MembershipSource {
  /// However many peers cannot be reached, the name is looked up no more often than this.
  private static let intervalMin = Duration.seconds(1)

  private let origin: DNSOrigin
  private let log: Log
  private let alarm = SourceAlarm()

  init(_ origin: DNSOrigin, log: Log) {
    self.origin = origin
    self.log = log
  }

  var name: String { "peers-dns" }

  func refresh() { alarm.ring() }

  func run(_ publish: @escaping @Sendable (MembershipSnapshot) -> Void) async {
    let report = SourceReport(name, log: log, publish: publish)
    repeat {
      await lookUp(report)
    } while (try? await alarm.wait(origin.interval, shortest: Self.intervalMin)) != nil
  }

  private func lookUp(_ report: SourceReport) async {
    do throws(DNSFailure) {
      let answer = try await DNSLookup.run(origin)
      do throws(PeerProblem) {
        report.learned(try answer.snapshot(of: origin.name))
      } catch {
        throw DNSFailure(reason: "\(origin.name.name): \(error)")
      }
    } catch {
      if !Task.isCancelled { report.failed(error.reason) }
    }
  }
}
