// SPDX-License-Identifier: Apache-2.0
import Router

/// Nodes that announce themselves in etcd, each by a key of its own under a lease.
struct EtcdSource: MembershipSource {
  init(_ origin: EtcdOrigin, _ configuration: ClusterConfiguration, _ context: SourceContext) {}

  var name: String { "etcd" }

  func run(_ publish: @escaping @Sendable (MembershipSnapshot) -> Void) async {
    fatalError("unwritten")
  }
}
