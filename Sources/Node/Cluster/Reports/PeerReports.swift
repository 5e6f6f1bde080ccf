// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

import struct Router.NodeIdentity

/// Asks peers for their parts of a report.
protocol PeerReports: Sendable {
  /// Asks one peer.
  ///
  /// - Throws: why there is no answer, `RPCError` or ``Router/AnswerFault``.
  func ask(_ question: ReportQuestion, of peer: Member, timeout: Duration) async throws
    -> PeerAnswer

  /// These are the peers from this epoch on: what belongs to others may go.
  func keep(only peers: [Member], epoch: UInt64) async
}

/// What a node holds in the name of others that have handed over to it: each origin once.
///
/// The arguments are what is asked for, and the time as of which, in Unix seconds.
typealias HeldSections = @Sendable (ReportRequest, Int64) async -> [AnswerSection]
