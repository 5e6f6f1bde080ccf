// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import RPC

/// Takes what comes and gives no credit back until told.
private final class HoardingSink: BulkSink {

  private let call: BulkCall
  private let seen: Mutex<Int>
  private var held = 0
  private var isReleased = false

  init(_ call: BulkCall, onStart: (HoardingSink) -> Void) {
    self.call = call
    seen = Mutex(0)
    onStart(self)
  }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    seen.withLock { $0 += range.count }
    held += windowBytes
    if isReleased { release() }
  }

  var bytesSeen: Int { seen.withLock { $0 } }

  func release() {
    isReleased = true
    call.returnCredit(held)
    held = 0
  }

  func receivedEnd() { call.finish(.ok, message: Array("\(bytesSeen)".utf8)) }
  func failed(_ status: RPCStatus) -> RPCStatus { status }
}

/// The sink of a test's call, for both sides.
private struct Held: @unchecked Sendable {
  // Sendable: the sink is told to release on its own loop only; what it has seen is a mutex.
  let sink: HoardingSink
  let loop: EventLoop
}

@Suite("Flow control", .timeLimit(.minutes(5)))
struct FlowControlTests {
  private static let window = 128 << 10

  private var serverOptions: ServerOptions {
    var options = ServerOptions()
    options.streamWindowBytes = Self.window
    options.connectionWindowBytes = 2 * Self.window
    return options
  }

  private var channelOptions: ChannelOptions {
    var options = ChannelOptions()
    options.streamWindowBytes = Self.window
    options.connectionWindowBytes = 2 * Self.window
    return options
  }

  /// Waits until a count stands still while other calls go back and forth.
  private func settled(_ pair: Pair, _ count: () -> Int) async throws -> Int {
    let probe = Channel(host: pair.address.host, port: pair.address.port, group: pair.group)
    var (last, quiet) = (-1, 0)
    while quiet < 20 {
      _ = try await probe.unary("/test.Echo/Unary", [])
      quiet = count() == last ? quiet + 1 : 0
      last = count()
    }
    await probe.close()
    return last
  }

  @Test("a handler that does not read stops its client's writer; when it reads, nothing is lost")
  func slowHandler() async throws {
    let read = Signal<Void>()
    let lazy = service(
      "test.Lazy",
      .streaming { messages, writer, _ in
        await read.wait()
        var bytes = 0
        for try await message in messages { bytes += message.bytes.count }
        try await writer.write(Array("\(bytes)".utf8))
      })
    try await Pair.with(Pair(lazy, options: serverOptions)) { pair in
      let call = try await pair.channel.open("/test.Lazy/Do")
      let sent = Atomic(0)
      async let writing: Void = {
        for _ in 0..<400 {
          try await call.send([UInt8](repeating: 1, count: 10_000))
          sent.add(10_000, ordering: .relaxed)
        }
        try await call.finishSending()
      }()
      let stalled = try await settled(pair) { sent.load(ordering: .relaxed) }
      #expect(stalled >= Self.window)
      #expect(stalled <= Self.window + Limits.unsentBytesHigh + 2 * 10_005)
      read.give()
      try await writing
      #expect(try await call.next()?.bytes == Array("4000000".utf8))
    }
  }

  @Test("a client that does not read stops the server's writer; when it reads, nothing is lost")
  func slowClient() async throws {
    let sent = Atomic(0)
    let chatty = service(
      "test.Chatty",
      .streaming { _, writer, _ in
        for _ in 0..<400 {
          try await writer.write([UInt8](repeating: 1, count: 10_000))
          sent.add(10_000, ordering: .relaxed)
        }
      })
    try await Pair.with(Pair(chatty, channelOptions: channelOptions)) { pair in
      let call = try await pair.channel.open("/test.Chatty/Do")
      try await call.finishSending()
      let stalled = try await settled(pair) { sent.load(ordering: .relaxed) }
      #expect(stalled >= Self.window)
      #expect(stalled <= Self.window + Limits.unsentBytesHigh + 2 * 10_005)
      var bytes = 0
      while let message = try await call.next() { bytes += message.bytes.count }
      #expect(bytes == 4_000_000)
    }
  }

  @Test("a sink that keeps the credit is sent one window, and the rest once it gives it back")
  func hoarding() async throws {
    let held = Signal<Held>()
    let hoard = service(
      "test.Hoard",
      .bulk { call in HoardingSink(call) { held.give(Held(sink: $0, loop: call.loop)) } })
    try await Pair.with(Pair(hoard, options: serverOptions)) { pair in
      let call = try await pair.channel.open("/test.Hoard/Do")
      let run = (0..<100).flatMap { _ in framed([UInt8](repeating: 1, count: 995)) }
      async let writing: Void = {
        for _ in 0..<20 { try await call.send(framed: run) }
        try await call.finishSending()
      }()
      let holder = await held.wait()
      #expect(try await settled(pair) { holder.sink.bytesSeen } <= Self.window)
      holder.loop.execute { holder.sink.release() }
      try await writing
      #expect(try await call.next()?.bytes == Array("2000000".utf8))
    }
  }

  @Test("credit that calls leave unreturned when they end comes back to their connection")
  func abandonedCredit() async throws {
    let hoard = service("test.Hoard", .bulk { HoardingSink($0) { _ in } })
    let lazy = service("test.Lazy", .streaming { _, _, _ in await untilCancelled() })
    try await Pair.with(Pair(hoard, lazy, options: serverOptions)) { pair in
      // Each takes a quarter of the connection's window to its grave.
      for round in 0..<40 {
        let path = round % 2 == 0 ? "/test.Hoard/Do" : "/test.Lazy/Do"
        let call = try await pair.channel.open(path)
        try await call.send([UInt8](repeating: 1, count: Self.window / 2))
        // It has arrived when a later call's answer is here.
        _ = try await pair.channel.unary("/test.Echo/Unary", [])
        call.cancel()
      }
      let big = [UInt8](repeating: 3, count: 4 * Self.window)
      #expect(try await pair.channel.unary("/test.Echo/Unary", big).message.bytes == big)
    }
  }

  @Test("answers that a client never reads give their credit back when it drops the call")
  func unreadAnswers() async throws {
    try await Pair.with(Pair(channelOptions: channelOptions)) { pair in
      for _ in 0..<20 {
        let call = try await pair.channel.open("/test.Echo/Stream")
        try await call.send([UInt8](repeating: 1, count: Self.window - 100))
        _ = try await call.initialMetadata()
      }
      let big = [UInt8](repeating: 3, count: 4 * Self.window)
      #expect(try await pair.channel.unary("/test.Echo/Unary", big).message.bytes == big)
    }
  }

  @Test("messages larger than every window pass, both ways")
  func largerThanWindow() async throws {
    var (server, client) = (serverOptions, channelOptions)
    (server.streamWindowBytes, server.connectionWindowBytes) = (65_535, 65_535)
    (client.streamWindowBytes, client.connectionWindowBytes) = (65_535, 65_535)
    server.messageBytesMax = 10 << 20
    try await Pair.with(Pair(options: server, channelOptions: client)) { pair in
      var options = CallOptions()
      options.messageBytesMax = 10 << 20
      let message = [UInt8](repeating: 9, count: 10 << 20)
      let answer = try await pair.channel.unary("/test.Echo/Unary", message, options: options)
      #expect(answer.message.bytes == message)
    }
  }

  @Test(
    "no more calls are open at once than the server allows; the others wait, also to be cancelled")
  func concurrentStreams() async throws {
    var options = ServerOptions()
    options.concurrentStreamsMax = 3
    let open = Atomic(0)
    let most = Atomic(0)
    let counted = service(
      "test.Counted",
      .unary { message, _ in
        let now = open.add(1, ordering: .sequentiallyConsistent).newValue
        most.max(now, ordering: .sequentiallyConsistent)
        for _ in 0..<10 { await Task.yield() }
        open.subtract(1, ordering: .sequentiallyConsistent)
        return message.bytes
      })
    try await Pair.with(Pair(counted, options: options)) { pair in
      // The limit is known once an answer has come.
      _ = try await pair.channel.unary("/test.Echo/Unary", [])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<50 {
          group.addTask { _ = try await pair.channel.unary("/test.Counted/Do", []) }
        }
        try await group.waitForAll()
      }
      #expect((1...3).contains(most.load(ordering: .relaxed)))
      var stuck: [ClientCall] = []
      for _ in 0..<3 { stuck.append(try await pair.channel.open("/test.Echo/Stream")) }
      var short = CallOptions()
      short.timeout = .milliseconds(5)
      let status = await failure {
        try await pair.channel.unary("/test.Echo/Unary", [], options: short)
      }
      #expect(status?.code == .deadlineExceeded)
      for call in stuck { call.cancel() }
      _ = try await pair.channel.unary("/test.Echo/Unary", [])
    }
  }
}
