// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import RPC

/// Answers every message with one of its own, and gives credit back at once.
private final class TalkingSink: BulkSink {
  private let call: BulkCall
  private let answerBytes: Int
  private let answers: @Sendable () -> Void

  init(_ call: BulkCall, answerBytes: Int, answers: @escaping @Sendable () -> Void) {
    self.call = call
    self.answerBytes = answerBytes
    self.answers = answers
  }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    var frames = MessageFrames(range)
    while let body = frames.next(in: run) {
      call.send([UInt8](repeating: UInt8(truncatingIfNeeded: body.count), count: answerBytes))
      answers()
    }
    call.returnCredit(windowBytes)
  }

  func receivedEnd() { call.finish(.ok) }
  func failed(_ status: RPCStatus) -> RPCStatus { status }
}

@Suite("A sink that answers while it receives", .timeLimit(.minutes(5)))
struct TalkingSinkTests {
  @Test("its messages come in order, before the status")
  func talks() async throws {
    let talking = service(
      "test.Talking", .bulk { TalkingSink($0, answerBytes: 3, answers: {}) })
    try await Pair.with(Pair(talking)) { pair in
      let call = try await pair.channel.open("/test.Talking/Do")
      for size in 1...50 {
        try await call.send([UInt8](repeating: 0, count: size))
        if size % 10 == 0 {
          for answer in size - 9...size {
            #expect(try await call.next()?.bytes == [UInt8](repeating: UInt8(answer), count: 3))
          }
        }
      }
      try await call.finishSending()
      #expect(try await call.next() == nil)
      #expect(await call.status().code == .ok)
    }
  }

  @Test("a client that does not read cannot go on sending; when it reads, nothing is lost")
  func unread() async throws {
    let answered = Atomic(0)
    let talking = service(
      "test.Talking",
      .bulk {
        TalkingSink($0, answerBytes: 1000) { answered.add(1, ordering: .relaxed) }
      })
    var options = ChannelOptions()
    options.streamWindowBytes = 128 << 10
    options.connectionWindowBytes = 256 << 10
    var serverOptions = ServerOptions()
    serverOptions.streamWindowBytes = 128 << 10
    try await Pair.with(Pair(talking, options: serverOptions, channelOptions: options)) { pair in
      let call = try await pair.channel.open("/test.Talking/Do")
      async let writing: Void = {
        for _ in 0..<10_000 { try await call.send([UInt8](repeating: 1, count: 1000)) }
        try await call.finishSending()
      }()
      let probe = Channel(host: pair.address.host, port: pair.address.port, group: pair.group)
      var (last, quiet) = (-1, 0)
      while quiet < 20 {
        _ = try await probe.unary("/test.Echo/Unary", [])
        quiet = answered.load(ordering: .relaxed) == last ? quiet + 1 : 0
        last = answered.load(ordering: .relaxed)
      }
      await probe.close()
      // The client's window, what may wait to be sent, and one window of requests under way.
      #expect(last * 1005 <= (128 << 10) + Limits.unsentBytesHigh + (128 << 10) + (64 << 10))
      var answers = 0
      while try await call.next() != nil { answers += 1 }
      try await writing
      #expect(answers == 10_000)
    }
  }
}
