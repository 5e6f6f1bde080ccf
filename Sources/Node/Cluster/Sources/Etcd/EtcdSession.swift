// SPDX-License-Identifier: Apache-2.0
import Etcd
import RPC
import RPCServices
import Router

/// Why a session with an etcd server is over.
enum EtcdEnd: Error, Hashable {
  /// Another node has the own id, and started later.
  case superseded(NodeIdentity)
  /// The lease ran out, or was revoked.
  case leaseLost
  /// The server ended the watch; in its words.
  case watchEnded(String)
}

/// Talks to one etcd server for as long as that goes well: keeps the lease alive and the own key
/// written, and follows the others' keys.
struct EtcdSession: Sendable {
  let client: EtcdClient
  let lease: Int64
  /// From one sign of life to the next.
  let interval: Duration
  let log: Log
  /// Told whenever something may have changed.
  let learned: @Sendable (EtcdFold) -> Void

  /// Never returns: throws ``EtcdEnd``, an error of the connection, or `CancellationError`.
  func run(_ fold: EtcdFold) async throws {
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await keepLease() }
      tasks.addTask { try await follow(fold) }
      defer { tasks.cancelAll() }
      try await tasks.next()
    }
  }

  private func keepLease() async throws {
    while true {
      try await Task.sleep(for: interval)
      guard try await client.keepAlive(lease) else { throw EtcdEnd.leaseLost }
    }
  }

  /// Reads all keys, then follows their changes; reads all again when etcd no longer keeps some.
  private func follow(_ fold: EtcdFold) async throws {
    var fold = fold
    while true {
      let (keys, revision) = try await client.range(fold.prefix, to: fold.prefixEnd)
      fold.ranged(keys, revision: revision)
      try await act(on: &fold)
      try await watch(&fold)
      log.debug("changes of peers in etcd are no longer kept; reading all")
    }
  }

  /// Returns when changes were missed.
  private func watch(_ fold: inout EtcdFold) async throws {
    let call = try await client.watch(fold.prefix, to: fold.prefixEnd, from: fold.revision + 1)
    while let response = try await call.next() {
      if response.compactRevision > 0 { return }
      guard !response.canceled else { throw EtcdEnd.watchEnded(response.cancelReason) }
      // That the watch was created is no change, but its revision may be far ahead of changes that
      // are still to come.
      guard !response.events.isEmpty else { continue }
      fold.changed(response.events, revision: response.header?.revision ?? 0)
      try await act(on: &fold)
    }
    throw EtcdEnd.watchEnded("the server ended it")
  }

  private func act(on fold: inout EtcdFold) async throws {
    learned(fold)
    switch fold.ownKey {
    case .announced: break
    case .taken(let other): throw EtcdEnd.superseded(other)
    case .missing:
      let revision = try await client.put(fold.ownKeyName, fold.ownValue, lease: lease)
      fold.announced(revision: revision)
      learned(fold)
      log.info("announced in etcd", ["key": .string(fold.ownKeyName)])
    }
  }
}
