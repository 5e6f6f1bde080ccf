// SPDX-License-Identifier: Apache-2.0
import RPC
import Testing

@Suite("Calls between our client and our server")
struct CallTests {
  @Test("a call carries the channel's authority, or the address", arguments: ["override", nil])
  func authority(chosen: String?) async throws {
    let whose = service("test.Authority", .unary { Array($1.authority.utf8) })
    var options = ChannelOptions()
    options.authority = chosen
    try await Pair.with(Pair(whose, channelOptions: options)) { pair in
      let seen = try await pair.channel.unary("/test.Authority/Do", []).message.bytes
      #expect(String(decoding: seen, as: UTF8.self) == chosen ?? pair.address.description)
    }
  }

  @Test("a unary call echoes its message, with metadata both ways")
  func unary() async throws {
    try await Pair.with(Pair()) { pair in
      var options = CallOptions()
      options.metadata.append("x-words", "some words")
      options.metadata.append("x-bytes-bin", bytes: [0, 255, 10])
      let answer = try await pair.channel.unary("/test.Echo/Unary", [1, 2, 3], options: options)
      #expect(answer.message.bytes == [1, 2, 3])
      #expect(answer.initialMetadata.first("x-words") == "some words")
      #expect(answer.initialMetadata.firstBytes("x-bytes-bin") == [0, 255, 10])
      #expect(answer.trailers.firstBytes("seen-bin") == [1, 2, 3])
    }
  }

  @Test(
    "messages of any size come back as they were", arguments: [0, 1, 16_384, 1_000_000, 4 << 20])
  func sizes(_ count: Int) async throws {
    try await Pair.with(Pair()) { pair in
      let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let answer = try await pair.channel.unary("/test.Echo/Unary", message)
      #expect(answer.message.bytes == message)
    }
  }

  @Test("messages survive each encoding", arguments: [Encoding.identity, .gzip, .zstd, .lz4])
  func encodings(_ encoding: Encoding) async throws {
    var serverOptions = ServerOptions()
    serverOptions.responseEncoding = encoding
    try await Pair.with(Pair(options: serverOptions)) { pair in
      var options = CallOptions()
      options.encoding = encoding
      let message = [UInt8](repeating: 7, count: 100_000)
      let answer = try await pair.channel.unary("/test.Echo/Unary", message, options: options)
      #expect(answer.message.bytes == message)
      #expect(answer.message.wasCompressed == (encoding != .identity))
    }
  }

  @Test("a handler's error arrives with code, text and details")
  func failure() async throws {
    try await Pair.with(Pair()) { pair in
      let error = await #expect(throws: RPCError.self) {
        try await pair.channel.unary("/test.Echo/Fail", [1])
      }
      #expect(error?.status == RPCStatus(.failedPrecondition, "näh\n1", details: [9, 8]))
      let crash = await #expect(throws: RPCError.self) {
        try await pair.channel.unary("/test.Echo/Crash", [])
      }
      #expect(crash?.status.code == .unknown)
    }
  }

  @Test(
    "what the server does not serve is unimplemented",
    arguments: ["/test.Echo/Nothing", "/test.Nobody/Unary", "/x", "/a/b/c"])
  func unimplemented(_ path: String) async throws {
    try await Pair.with(Pair()) { pair in
      let error = await #expect(throws: RPCError.self) { try await pair.channel.unary(path, []) }
      #expect(error?.status.code == .unimplemented)
    }
  }

  @Test("a stream's messages come back in order, until the client ends it")
  func streaming() async throws {
    try await Pair.with(Pair()) { pair in
      let call = try await pair.channel.open("/test.Echo/Stream")
      for number in 0..<100 {
        let message = [UInt8](repeating: UInt8(number), count: number * 100)
        try await call.send(message)
        #expect(try await call.next()?.bytes == message)
      }
      try await call.finishSending()
      #expect(try await call.next() == nil)
      #expect(await call.status() == .ok)
    }
  }

  @Test("a deadline ends the call on both sides")
  func deadline() async throws {
    try await Pair.with(Pair()) { pair in
      var options = CallOptions()
      options.timeout = .milliseconds(20)
      let error = await #expect(throws: RPCError.self) {
        try await pair.channel.unary("/test.Echo/Sleep", [], options: options)
      }
      #expect(error?.status.code == .deadlineExceeded)
    }
  }

  @Test("cancelling ends the call")
  func cancel() async throws {
    try await Pair.with(Pair()) { pair in
      let call = try await pair.channel.open("/test.Echo/Stream")
      try await call.send([1])
      _ = try await call.next()
      call.cancel()
      let error = await #expect(throws: RPCError.self) { try await call.next() }
      #expect(error?.status.code == .cancelled)
    }
  }

  @Test("a bulk call's sink sees every message, however they are cut")
  func bulk() async throws {
    try await Pair.with(Pair()) { pair in
      let call = try await pair.channel.open("/test.Echo/Count")
      let run = (0..<1000).flatMap { framed([UInt8](repeating: 1, count: $0 % 60)) }
      for _ in 0..<200 { try await call.send(framed: run) }
      try await call.finishSending()
      let bytes = (0..<1000).reduce(0) { $0 + $1 % 60 } * 200
      #expect(
        try await call.next().map { String(decoding: $0.bytes, as: UTF8.self) } == "200000 \(bytes)"
      )
      #expect(try await call.next() == nil)
    }
  }

  @Test("a bulk call cut inside a message fails with what the sink adds")
  func bulkCut() async throws {
    try await Pair.with(Pair()) { pair in
      let call = try await pair.channel.open("/test.Echo/Count")
      try await call.send(framed: framed([1, 2]) + [0, 0, 0])
      try await call.finishSending()
      #expect(await call.status().code == .internal)
      #expect(await call.status().details == Array("1".utf8))
    }
  }

  @Test("nobody at the address is unavailable, and says so")
  func nobody() async throws {
    let group = EventLoopGroup(loops: 1)
    // A port that was free a moment ago may be another test's now.
    let channel = Channel(host: "127.0.0.1", port: 1, group: group)
    let error = await #expect(throws: RPCError.self) { try await channel.unary("/a/b", []) }
    #expect(error?.status.code == .unavailable)
    await channel.close()
    await group.shutdown()
  }

  @Test("a second server on a taken port is refused")
  func portTaken() async throws {
    try await Pair.with(Pair()) { pair in
      let second = Server(group: pair.group, services: [])
      let error = await #expect(throws: SocketError.self) {
        try await second.listen(host: "127.0.0.1", port: pair.address.port)
      }
      #expect(error?.isAddressInUse == true)
    }
  }

  @Test("two hundred calls at once on one connection all come back")
  func concurrent() async throws {
    try await Pair.with(Pair()) { pair in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<200 {
          group.addTask {
            let message = [UInt8](repeating: UInt8(number), count: 1000 * (number % 50))
            return try await pair.channel.unary("/test.Echo/Unary", message).message.bytes
              == message
          }
        }
        for try await same in group { #expect(same) }
      }
    }
  }
}
