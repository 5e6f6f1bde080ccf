// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import RPC

@Suite("How calls end", .timeLimit(.minutes(5)))
struct EndingTests {
  /// A handler that tells when it runs and when it has been cancelled.
  private final class Watched: Sendable {
    let started = Signal<Void>()
    let isCancelled = Signal<Bool>()

    var service: Service {
      RPCTests.service(
        "test.Watched",
        .streaming { _, writer, context in
          // Fails when the call is over already.
          try? await writer.sendInitialMetadata()
          self.started.give()
          await untilCancelled()
          self.isCancelled.give(Task.isCancelled && context.isCancelled)
        })
    }
  }

  @Test("a client's cancellation, its dropping the call, or its deadline cancels the handler")
  func cancelled() async throws {
    for way in 0..<3 {
      let watched = Watched()
      try await Pair.with(Pair(watched.service)) { pair in
        var options = CallOptions()
        // Connected before the clock runs, so that the deadline is the call's alone.
        _ = try await pair.channel.unary("/test.Echo/Unary", [])
        if way == 2 { options.timeout = .milliseconds(30) }
        var call: ClientCall? = try await pair.channel.open("/test.Watched/Do", options: options)
        if way < 2 { await watched.started.wait() }
        if way == 0 { call?.cancel() }
        if way == 1 { call = nil }
        if way == 2 { #expect(await call?.status().code == .deadlineExceeded) }
        if way < 2 || watched.started.now != nil { #expect(await watched.isCancelled.wait()) }
        _ = call
      }
    }
  }

  @Test("the server ends a call at its deadline, though the client does not")
  func serverDeadline() async throws {
    let watched = Watched()
    try await Pair.with(Pair(watched.service)) { pair in
      let peer = RawPeer(to: pair.address)
      peer.send(
        RawFrame.preface + RawFrame.settings
          + RawFrame.request(1, "/test.Watched/Do", [("grpc-timeout", "20m")]))
      while let frame = await peer.next(type: 1), frame.flags & 1 == 0 {}
      #expect(await watched.isCancelled.wait())
    }
  }

  @Test("a task that is cancelled while it waits, to send or to receive, ends its call")
  func taskCancelled() async throws {
    try await Pair.with(Pair()) { pair in
      let call = try await pair.channel.open("/test.Echo/Stream")
      let reading = Task { try await call.next() }
      reading.cancel()
      await #expect(throws: RPCError.self) { _ = try await reading.value }
      #expect(await call.status().code == .cancelled)
      let full = try await pair.channel.open("/test.Echo/Sleep")
      let writing = Task {
        while true { try await full.send([UInt8](repeating: 1, count: 100_000)) }
      }
      writing.cancel()
      await #expect(throws: RPCError.self) { try await writing.value }
      #expect(await full.status().code == .cancelled)
    }
  }

  @Test("a status may come before the client has sent all: the rest is neither wanted nor missed")
  func earlyStatus() async throws {
    let early = service("test.Early", .bulk { EarlySink($0, RPCStatus(.outOfRange, "enough")) })
    try await Pair.with(Pair(early)) { pair in
      let call = try await pair.channel.open("/test.Early/Do")
      let error = await #expect(throws: RPCError.self) {
        while true { try await call.send([UInt8](repeating: 1, count: 10_000)) }
      }
      #expect(error?.status == RPCStatus(.outOfRange, "enough"))
      #expect(try await pair.channel.unary("/test.Echo/Unary", [1]).message.bytes == [1])
    }
  }

  @Test("a call that the server has certainly not looked at is sent once more")
  func transparentRetry() async throws {
    let group = EventLoopGroup(loops: 1)
    let listener = RawListener()
    let channel = Channel(host: "127.0.0.1", port: listener.port, group: group)
    async let answer = channel.unary("/a/b", [1])
    let first = await listener.accept()
    _ = await first.next(type: 1)
    first.send(RawFrame.goAway(lastStream: 0))
    let second = await listener.accept()
    _ = await second.next(type: 1)
    let head = [(":status", "200"), ("content-type", "application/grpc")]
    second.send(RawFrame.headers(1, head) + RawFrame.data(1, framed([42])))
    second.send(RawFrame.headers(1, [("grpc-status", "0")], ends: true))
    #expect(try await answer.message.bytes == [42])
    await channel.close()
    await group.shutdown()
  }

  @Test("a call waits for a connection no longer than its deadline, its task, or its channel")
  func waitingForConnection() async throws {
    let group = EventLoopGroup(loops: 1)
    // A listener whose queue is full takes no connection, and refuses none.
    let listener = RawListener(backlog: 0)
    let fillers = (0..<4).map { _ in RawPeer(knockingAt: listener.port) }
    let channel = Channel(host: "127.0.0.1", port: listener.port, group: group)
    var options = CallOptions()
    options.timeout = .milliseconds(10)
    let late = await failure { try await channel.unary("/a/b", [], options: options) }
    #expect(late?.code == .deadlineExceeded)
    let waiting = Task { await failure { try await channel.unary("/a/b", []) } }
    waiting.cancel()
    #expect(await waiting.value?.code == .cancelled)
    async let closed = failure { try await channel.unary("/a/b", []) }
    await channel.close()
    #expect(await closed?.code == .cancelled)
    await group.shutdown()
    withExtendedLifetime(fillers) {}
  }

  @Test("a channel that is let go ends its connection")
  func droppedChannel() async throws {
    let closed = Signal<Void>()
    let pair = try await Pair(log: { if case .connectionClosed = $0 { closed.give() } })
    try await Pair.with(pair) { pair in
      var options = ChannelOptions()
      options.keepaliveInterval = .seconds(10)
      var channel: Channel? = Channel(
        host: pair.address.host, port: pair.address.port, group: pair.group, options: options)
      _ = try await channel?.unary("/test.Echo/Unary", [])
      channel = nil
      await closed.wait()
    }
  }

  @Test("connections that come and go leave no socket behind")
  func descriptors() async throws {
    try await Pair.with(Pair()) { pair in
      let port = String(pair.address.port, radix: 16, uppercase: true)
      for _ in 0..<20 {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<10 {
            group.addTask {
              let channel = Channel(
                host: pair.address.host, port: pair.address.port, group: pair.group)
              _ = try await channel.unary("/test.Echo/Unary", [1])
              let open = try await channel.open("/test.Echo/Stream")
              if number % 2 == 0 { open.cancel() }
              await channel.close()
            }
          }
          try await group.waitForAll()
        }
      }
      // Both ends of the one connection that is left; each call gives the last sockets time to go.
      var sockets = Int.max
      for _ in 0..<10_000 where sockets > 2 {
        _ = try await pair.channel.unary("/test.Echo/Unary", [])
        sockets = try openSockets(ofPort: port)
      }
      #expect(sockets == 2)
    }
  }

  /// Connected sockets of a port that some descriptor holds.
  private func openSockets(ofPort port: String) throws -> Int {
    let table = try #require(readFile("/proc/self/net/tcp"))
    return table.split(separator: "\n").dropFirst().count { line in
      let fields = line.split(separator: " ")
      let isOfPort = fields[1].hasSuffix(":\(port)") || fields[2].hasSuffix(":\(port)")
      return isOfPort && fields[3] != "0A" && fields[9] != "0"
    }
  }
}
