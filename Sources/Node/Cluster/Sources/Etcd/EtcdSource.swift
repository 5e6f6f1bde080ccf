// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Synchronization
import TributaryClient

/// Nodes that announce themselves in etcd, each by a key of its own under a lease:
/// `PREFIX/CLUSTER/nodes/ID`. While etcd is away the nodes stay as they were.
///
/// A node that ends keeps its key until the lease runs out, so that a restart changes nothing; one
/// that leaves takes it back (``leave()``).
final class EtcdSource: MembershipSource {
  /// The longest that one answer, or a pause after failed attempts, may take.
  private static let patienceMax = Duration.seconds(5)

  private let origin: EtcdOrigin
  private let context: SourceContext
  private let lease = Mutex<Int64?>(nil)
  /// What is known of the keys, kept from one session to the next.
  private let latest: Mutex<EtcdFold>

  init(_ origin: EtcdOrigin, _ configuration: ClusterConfiguration, _ context: SourceContext) {
    precondition(!origin.endpoints.isEmpty, "no etcd server")
    self.origin = origin
    self.context = context
    let node = EtcdNode(
      address: context.advertised.description, incarnation: context.own.incarnation,
      weight: configuration.weight)
    latest = Mutex(
      EtcdFold(
        prefix: origin.prefix, cluster: configuration.cluster, own: context.own, node))
  }

  var name: String { "etcd" }

  /// A third of the lease: two signs of life may be lost.
  private var interval: Duration { .seconds(origin.leaseSeconds) / 3 }
  private var patience: Duration { min(interval, Self.patienceMax) }

  func run(_ publish: @escaping @Sendable (MembershipSnapshot) -> Void) async {
    let report = SourceReport(name, log: context.log, publish: publish)
    var backoff = Backoff(first: min(.milliseconds(250), patience), longest: patience)
    var failures = 0
    while !Task.isCancelled {
      let endpoint = origin.endpoints[failures % origin.endpoints.count]
      do {
        try await attend(endpoint, report)
      } catch EtcdEnd.superseded(let other) {
        return context.superseded(other)
      } catch {
        guard !Task.isCancelled else { return }
        if report.isWell { backoff.succeeded() }
        report.failed("\(endpoint): \(Self.text(error))")
      }
      failures += 1
      // All servers are tried before the next pause.
      guard failures % origin.endpoints.count == 0 else { continue }
      try? await Task.sleep(for: backoff.failed(random: Double.random(in: 0...1)))
    }
  }

  private func learned(_ fold: EtcdFold, _ report: SourceReport) {
    let problems = latest.withLock { latest in
      defer { latest = fold }
      return latest.problems == fold.problems ? [:] : fold.problems
    }
    for (key, problem) in problems.sorted(by: { $0.key < $1.key }) {
      context.log.warning(
        "a key in etcd tells no peer", ["key": .string(key), "reason": .string(problem)])
    }
    do throws(PeerProblem) {
      let snapshot = try MembershipSnapshot(members: fold.members)
      report.learned(snapshot, isWell: fold.ownKey == .announced)
    } catch {
      report.failed("\(error)")
    }
  }

  /// One session with one server, until it fails.
  private func attend(_ endpoint: HostPort, _ report: SourceReport) async throws {
    let client = EtcdClient(endpoint, group: context.group, timeout: patience)
    let result: Result<Void, any Error>
    do {
      let session = EtcdSession(
        client: client, lease: try await takeLease(client), interval: interval, log: context.log,
        learned: { self.learned($0, report) })
      result = .success(try await session.run(latest.withLock { $0 }))
    } catch {
      if error as? EtcdEnd == .leaseLost { lease.withLock { $0 = nil } }
      result = .failure(error)
    }
    await client.close()
    try result.get()
  }

  /// The lease of an earlier session if etcd still has it: the key is not written again then.
  private func takeLease(_ client: EtcdClient) async throws -> Int64 {
    if let known = lease.withLock({ $0 }), try await client.keepAlive(known) { return known }
    let granted = try await client.grant(seconds: origin.leaseSeconds)
    lease.withLock { $0 = granted }
    return granted
  }

  /// Revokes the lease. With it goes the key, unless another node has written it since.
  func leave() async {
    guard let known = lease.withLock({ $0.take() }) else { return }
    var problem = ""
    for endpoint in origin.endpoints {
      let client = EtcdClient(endpoint, group: context.group, timeout: patience)
      let result: Result<Void, any Error>
      do {
        result = .success(try await client.revoke(known))
      } catch {
        result = .failure(error)
      }
      await client.close()
      switch result {
      case .success: return context.log.info("left etcd")
      case .failure(let error): problem = "\(endpoint): \(Self.text(error))"
      }
    }
    context.log.warning(
      "etcd keeps this node's key until its lease runs out", ["reason": .string(problem)])
  }

  private static func text(_ error: any Error) -> String {
    switch error {
    case EtcdEnd.leaseLost: "the lease ran out"
    case EtcdEnd.watchEnded(let reason): "the watch ended: \(reason)"
    default: Failure.text(error)
    }
  }
}
