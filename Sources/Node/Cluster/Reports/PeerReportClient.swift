// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Synchronization

/// Asks peers over connections of their own, so that no stream of points delays a question: one a
/// peer's address, made when first needed.
///
/// While a peer cannot be connected to, questions fail at once with the last attempt's error, and
/// every ``retryInterval`` one tries again. After a question that was not answered in time the next
/// ones take a new connection: the old one may lead nowhere.
final class PeerReportClient: PeerReports {
  /// Time after a failed attempt in which no other is made.
  static let retryInterval = Duration.milliseconds(500)
  /// How long a connection may take to come about.
  static let connectTimeout = Duration.seconds(1)

  private struct State {
    /// Lines that take questions, by address.
    var lines: [String: PeerLine] = [:]
    var isClosed = false
    /// Of the peers that lines were last kept for.
    var epoch: UInt64 = 0
  }

  private let group: EventLoopGroup
  private let state = Mutex(State())

  /// Makes a client that lives on a loop of `group`.
  init(group: EventLoopGroup) { self.group = group }

  func ask(_ question: ReportQuestion, of peer: Member, timeout: Duration) async throws
    -> PeerAnswer
  {
    let message = question.encoded()
    return try await ask(peer) { try await $0.exchange(message, timeout: timeout) }
  }

  /// Asks what became of a batch.
  ///
  /// - Throws: `RPCError`.
  func ask(_ question: FenceQuestion, of peer: Member, timeout: Duration) async throws
    -> BatchMarks.Answer
  {
    let message = question.encoded()
    let reply = try await ask(peer) {
      try await $0.unary(PeerService.batch.path, message, timeout: timeout)
    }
    guard let answer = BatchMarks.Answer(decoding: reply, rows: question.rows.rows) else {
      throw RPCError(.internal, "the peer's answer is none")
    }
    return answer
  }

  private func ask<Answer>(
    _ peer: Member, _ exchange: (PeerLine) async throws -> Answer
  ) async throws -> Answer {
    let line = try line(to: peer.address)
    do {
      let answer = try await exchange(line)
      await line.leave()
      return answer
    } catch {
      if line.failed(error, now: .now) { drop(line, peer.address) }
      await line.leave()
      throw error
    }
  }

  /// Closes the connections to all others, as soon as their questions are answered. An epoch that
  /// is not new changes nothing.
  func keep(only peers: [Member], epoch: UInt64) async {
    let addresses = Set(peers.map(\.address))
    let gone: [PeerLine] = state.withLock { state in
      guard epoch > state.epoch else { return [] }
      state.epoch = epoch
      let gone = state.lines.filter { !addresses.contains($0.key) }
      for address in gone.keys { state.lines[address] = nil }
      return Array(gone.values)
    }
    for line in gone { await line.close() }
  }

  /// A peer has been reached just now: the next question tries to connect at once, however long
  /// ago the last attempt failed.
  func reconsider(_ address: String) {
    state.withLock { state in
      if state.lines[address]?.hasFailed == true { state.lines[address] = nil }
    }
  }

  /// Takes no more questions, and closes all connections.
  func close() async {
    let lines = state.withLock { state in
      state.isClosed = true
      defer { state.lines = [:] }
      return Array(state.lines.values)
    }
    for line in lines { await line.close() }
  }

  private func line(to address: String) throws -> PeerLine {
    guard let target = HostPort(address) else {
      throw RPCError(.unavailable, "its address is no HOST:PORT: \(address)")
    }
    return try state.withLock { state in
      guard !state.isClosed else { throw RPCError(.cancelled, "the node is stopping") }
      if let line = state.lines[address], try line.enter(now: .now) { return line }
      let line = PeerLine(target, group)
      state.lines[address] = line
      return line
    }
  }

  private func drop(_ line: PeerLine, _ address: String) {
    state.withLock { state in
      if state.lines[address] === line { state.lines[address] = nil }
    }
  }
}
