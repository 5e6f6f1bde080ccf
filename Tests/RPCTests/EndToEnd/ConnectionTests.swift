// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import RPC

@Suite("The life of a connection", .timeLimit(.minutes(5)))
struct ConnectionTests {
  @Test("a client that does not answer pings is cut off")
  func serverKeepalive() async throws {
    var options = ServerOptions()
    options.keepaliveInterval = .milliseconds(5)
    options.keepaliveTimeout = .milliseconds(5)
    try await Pair.with(Pair(options: options)) { pair in
      let peer = RawPeer(to: pair.address)
      peer.send(RawFrame.preface + RawFrame.settings)
      #expect(await peer.next(type: 6)?.flags == 0)
      #expect(await peer.next(type: 7) != nil)
    }
  }

  @Test("a server that does not answer pings is left, its calls unavailable")
  func clientKeepalive() async throws {
    let group = EventLoopGroup(loops: 1)
    let listener = RawListener()
    var options = ChannelOptions()
    options.keepaliveInterval = .milliseconds(5)
    options.keepaliveIntervalMin = .milliseconds(5)
    options.keepaliveTimeout = .milliseconds(5)
    let channel = Channel(host: "127.0.0.1", port: listener.port, group: group, options: options)
    async let peer = listener.accept()
    let status = await failure { try await channel.unary("/a/b", []) }
    #expect(status?.code == .unavailable)
    #expect(await peer.next(type: 6)?.flags == 0)
    await channel.close()
    await group.shutdown()
  }

  @Test("a client that pings too often is told to calm down, then cut off")
  func pingFlood() async throws {
    try await Pair.with(Pair()) { pair in
      let peer = RawPeer(to: pair.address)
      peer.send(RawFrame.preface + RawFrame.settings)
      for number in 0..<4 { peer.send(RawFrame.ping(UInt8(number))) }
      let farewell = await peer.next(type: 7)
      #expect(farewell?.payload[7] == 0xb)
      #expect(farewell?.payload.dropFirst(8).elementsEqual("too_many_pings".utf8) == true)
      while await peer.next() != nil {}
    }
  }

  @Test("a flood of pings in one go, and calls behind it, end the connection once")
  func pingFloodWithCalls() async throws {
    let closed = Atomic(0)
    let pair = try await Pair(log: {
      if case .connectionClosed = $0 { closed.add(1, ordering: .relaxed) }
    })
    try await Pair.with(pair) { pair in
      let peer = RawPeer(to: pair.address)
      peer.send(
        RawFrame.preface + RawFrame.settings + (0..<10).flatMap { _ in RawFrame.ping(1) }
          + (0..<10).flatMap { RawFrame.request(1 + 2 * $0, "/test.Echo/Sleep", ends: true) })
      #expect(await peer.next(type: 7)?.payload[7] == 0xb)
    }
    #expect(closed.load(ordering: .relaxed) == 1)
  }

  @Test("new calls leave an old connection, which lives until its last call has ended")
  func age() async throws {
    let peers = service("test.Peer", .unary { Array($1.peer.utf8) })
    var options = ServerOptions()
    // Long enough to be found open by whoever was just given it, on any machine.
    options.connectionAgeMax = .seconds(1)
    try await Pair.with(Pair(peers, options: options)) { pair in
      let long = try await pair.channel.open("/test.Echo/Stream")
      var seen: Set<[UInt8]> = []
      while seen.count < 2 {
        seen.insert(try await pair.channel.unary("/test.Peer/Do", []).message.bytes)
        try await long.send([7])
        #expect(try await long.next()?.bytes == [7])
      }
      try await long.finishSending()
      #expect(await long.status() == .ok)
    }
  }

  @Test("calls that outlast an old connection's grace end, a sink's when it has said all it can")
  func ageGrace() async throws {
    let patient = service("test.Patient", .bulk { PatientSink($0) })
    var options = ServerOptions()
    // Both calls are under way before that, on any machine.
    options.connectionAgeMax = .seconds(5)
    options.connectionAgeGrace = .milliseconds(1)
    try await Pair.with(Pair(patient, options: options)) { pair in
      let bulk = try await pair.channel.open("/test.Patient/Do")
      try await bulk.send([1])
      let sleeping = await failure { try await pair.channel.unary("/test.Echo/Sleep", []) }
      #expect(sleeping?.code == .unavailable)
      #expect(sleeping?.message.hasPrefix("the connection grew old") == true)
      let status = await bulk.status()
      #expect(status.code == .unavailable)
      #expect(status.message.hasPrefix("the connection grew old") == true)
      #expect(status.details == [1])
    }
  }

  @Test("a client that does not end a stream that was answered early is told to, some time later")
  func leftover() async throws {
    try await Pair.with(Pair()) { pair in
      let peer = RawPeer(to: pair.address)
      peer.send(
        RawFrame.preface + RawFrame.settings
          + RawFrame.request(1, "/test.Echo/Absent", ends: false))
      let answered = ContinuousClock.now
      #expect(await peer.next(type: 1)?.flags == 5)
      #expect(await peer.next(type: 3)?.payload == [0, 0, 0, 0])
      // HAProxy 2.6 reads both at once, otherwise, and tells its client of the reset alone.
      #expect(ContinuousClock.now - answered >= Limits.answeredStreamMax / 2)
    }
  }

  @Test("calls under way end well while the server shuts down, and it takes no new ones")
  func shutdown() async throws {
    let (started, goOn) = (Signal<Void>(), Signal<Void>())
    let slow = service(
      "test.Slow",
      .unary { message, _ in
        started.give()
        await goOn.wait()
        return message.bytes
      })
    try await Pair.with(Pair(slow)) { pair in
      async let answer = pair.channel.unary("/test.Slow/Do", [1])
      let bulk = try await pair.channel.open("/test.Echo/Count")
      try await bulk.send([1])
      await started.wait()
      async let isDown: Void = pair.server.shutdown(grace: .seconds(60))
      // A GOAWAY has reached the client once new calls need a connection that nobody takes.
      while (try? await pair.channel.unary("/test.Echo/Unary", [])) != nil {}
      goOn.give()
      #expect(try await answer.message.bytes == [1])
      try await bulk.send([2])
      try await bulk.finishSending()
      #expect(try await bulk.next()?.bytes == Array("2 2".utf8))
      #expect(await bulk.status() == .ok)
      await isDown
    }
  }

  @Test("calls that outlast the grace are unavailable, and their handlers cancelled")
  func graceExceeded() async throws {
    let (started, isCancelled) = (Signal<Void>(), Signal<Void>())
    let stuck = service(
      "test.Stuck",
      .unary { _, _ in
        started.give()
        await untilCancelled()
        isCancelled.give()
        return []
      })
    try await Pair.with(Pair(stuck)) { pair in
      async let status = failure { try await pair.channel.unary("/test.Stuck/Do", []) }
      let bulk = try await pair.channel.open("/test.Echo/Count")
      try await bulk.send([1])
      await started.wait()
      await pair.server.shutdown(grace: .milliseconds(1))
      #expect(await status?.code == .unavailable)
      #expect(await bulk.status().code == .unavailable)
      await isCancelled.wait()
    }
  }

  @Test("a handler that ends after its loop has stopped does no harm")
  func lateHandler() async throws {
    let (started, goOn, ended) = (Signal<Void>(), Signal<Void>(), Signal<Bool>())
    let deaf = service(
      "test.Deaf",
      .streaming { messages, writer, _ in
        started.give()
        await goOn.wait()
        let isOver = (try? await writer.write([1])) == nil
        do { for try await _ in messages {} } catch { ended.give(isOver) }
      })
    try await Pair.with(Pair(deaf)) { pair in
      let call = try await pair.channel.open("/test.Deaf/Do")
      await started.wait()
      await pair.end()
      #expect(await call.status().code != .ok)
    }
    goOn.give()
    // Neither a dropped call nor a late handler finds its thread; both are served all the same.
    while ended.now == nil { await Task.yield() }
  }

  @Test("a channel finds the server again after a restart on the same port")
  func restart() async throws {
    try await Pair.with(Pair()) { pair in
      _ = try await pair.channel.unary("/test.Echo/Unary", [])
      await pair.server.shutdown(grace: .zero)
      let again = Server(group: pair.group, services: [EchoService.service])
      try await again.listen(host: pair.address.host, port: pair.address.port)
      #expect(try await pair.channel.unary("/test.Echo/Unary", [5]).message.bytes == [5])
      await again.shutdown(grace: .zero)
    }
  }
}
