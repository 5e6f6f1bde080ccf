// SPDX-License-Identifier: Apache-2.0
import RPC
import Router

/// Tells a node which others there are, for as long as it runs.
///
/// A source never ends the node: what goes wrong is logged once for each change of the failure, and
/// the last good snapshot stays.
protocol MembershipSource: Sendable {
  /// For the log, as in `etcd`.
  var name: String { get }

  /// Publishes what the source says, at first as soon as it is known and then whenever it changes:
  /// never the same twice in a row. Returns when the task is cancelled, or when nothing can change
  /// any more. Called once.
  func run(_ publish: @escaping @Sendable (MembershipSnapshot) -> Void) async

  /// A peer could not be reached: looks again soon, unless it has just looked. From any thread.
  func refresh()

  /// Takes the node's own announcement back, if the source has one. Called after the task of
  /// ``run(_:)`` has ended; gives up after a few seconds.
  func leave() async
}

extension MembershipSource {
  func refresh() {}
  func leave() async {}
}

/// What a source may need to know of the node that it works for.
struct SourceContext: Sendable {
  /// The node.
  var own: NodeIdentity
  /// Where its peers reach it.
  var advertised: HostPort
  /// Where connections live; it must outlive the source.
  var group: EventLoopGroup
  var log: Log
  /// Told once, from any thread, that another node has the same id and started later.
  var superseded: @Sendable (NodeIdentity) -> Void
}

extension ClusterConfiguration {
  /// The source that was chosen.
  func makeSource(_ context: SourceContext) -> any MembershipSource {
    switch origin {
    case .list(let members): ListSource(members)
    case .file(let path): FileSource(path, log: context.log)
    case .dns(let origin): DNSSource(origin, log: context.log)
    case .etcd(let origin): EtcdSource(origin, self, context)
    }
  }
}
