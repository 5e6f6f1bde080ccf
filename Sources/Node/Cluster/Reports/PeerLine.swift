// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Synchronization

/// One connection for questions to one address: counts the questions under way, and is closed when
/// it takes no more and the last of them has ended.
final class PeerLine: Sendable {
  private struct State {
    /// The one that it is made for is under way.
    var questions = 1
    var isLeaving = false
    /// Why no connection could be made, and when to try again.
    var failure: (error: RPCError, retryAt: ContinuousClock.Instant)?
  }

  private let channel: Channel
  private let state = Mutex(State())

  /// Makes a line with one question under way.
  init(_ target: HostPort, _ group: EventLoopGroup) {
    var options = ChannelOptions()
    options.userAgent = "tributary/\(Program.version)"
    options.connectTimeout = PeerReportClient.connectTimeout
    channel = Channel(host: target.host, port: target.port, group: group, options: options)
  }

  /// One more question.
  ///
  /// - Returns: false when the line takes no more.
  /// - Throws: why no connection can be made, while it is not tried again.
  func enter(now: ContinuousClock.Instant) throws(RPCError) -> Bool {
    let entry: Result<Bool, RPCError> = state.withLock { state in
      if let failure = state.failure, now < failure.retryAt { return .failure(failure.error) }
      guard state.failure == nil, !state.isLeaving else { return .success(false) }
      state.questions += 1
      return .success(true)
    }
    return try entry.get()
  }

  /// No connection could be made.
  var hasFailed: Bool { state.withLock { $0.failure != nil } }

  /// A question has ended.
  func leave() async {
    let isOver = state.withLock { state in
      state.questions -= 1
      return state.questions == 0 && (state.isLeaving || state.failure != nil)
    }
    if isOver { await channel.close() }
  }

  /// Takes no more questions.
  func close() async {
    let isOver = state.withLock { state in
      state.isLeaving = true
      return state.questions == 0
    }
    if isOver { await channel.close() }
  }

  /// A question has failed.
  ///
  /// - Returns: whether the next ones need another connection at once.
  func failed(_ error: any Error, now: ContinuousClock.Instant) -> Bool {
    guard let error = error as? RPCError else { return false }
    return state.withLock { state in
      switch error.status.code {
      case .deadlineExceeded:
        state.isLeaving = true
        return true
      case .unavailable where error.status.message.hasPrefix("cannot connect"):
        if state.failure == nil { state.failure = (error, now + PeerReportClient.retryInterval) }
        return false
      default: return false
      }
    }
  }

  /// Sends a question and takes the answer. Once more when the connection was lost before anything
  /// of the answer came: it may have been on its way out.
  func exchange(_ question: [UInt8], timeout: Duration) async throws -> PeerAnswer {
    let deadline = ContinuousClock.now + timeout
    var reader = AnswerReader()
    do {
      try await exchange(question, until: deadline, &reader)
    } catch let error as RPCError where error.status.code == .unavailable && reader.isEmpty {
      guard !error.status.message.hasPrefix("cannot connect") else { throw error }
      try await exchange(question, until: deadline, &reader)
    }
    return try reader.finish()
  }

  /// Sends a question and takes the answer, which is one message.
  func unary(_ path: String, _ question: [UInt8], timeout: Duration) async throws -> [UInt8] {
    var options = CallOptions()
    options.timeout = timeout
    return try await channel.unary(path, question, options: options).message.bytes
  }

  private func exchange(
    _ question: [UInt8], until deadline: ContinuousClock.Instant, _ reader: inout AnswerReader
  ) async throws {
    var options = CallOptions()
    options.timeout = ContinuousClock.now.duration(to: deadline)
    let call = try await channel.open(PeerService.report.path, options: options)
    do {
      try await call.send(question)
      try await call.finishSending()
    } catch is RPCError {
      // The call ended early; how, is what is read now.
    }
    while let message = try await call.next() { try reader.received(message.bytes) }
  }
}
