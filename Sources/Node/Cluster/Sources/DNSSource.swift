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
    fatalError("unwritten")
  }
}
