// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

@Suite("Limits and malformed requests", .timeLimit(.minutes(5)))
struct LimitTests {
  @Test("a handler that reads is told why its call was ended")
  func reason() async throws {
    let ending = Signal<RPCStatus?>()
    let reading = service(
      "test.Reading",
      .streaming { messages, _, _ in
        do { for try await _ in messages {} } catch {
          ending.give((error as? RPCError)?.status)
          throw error
        }
      })
    var options = ServerOptions()
    options.messageBytesMax = 100
    try await Pair.with(Pair(reading, options: options)) { pair in
      let call = try await pair.channel.open("/test.Reading/Do")
      _ = try? await call.send([UInt8](repeating: 0, count: 101))
      let status = await call.status()
      #expect(status.code == .resourceExhausted)
      #expect(await ending.wait() == status)
    }
  }

  @Test("a message over the limit is refused with the limit, by the server and by the client")
  func tooLarge() async throws {
    var options = ServerOptions()
    options.messageBytesMax = 1000
    let large = service("test.Large", .unary { _, _ in [UInt8](repeating: 1, count: 2000) })
    try await Pair.with(Pair(large, options: options)) { pair in
      let sent = await failure {
        try await pair.channel.unary("/test.Echo/Unary", [UInt8](repeating: 1, count: 1001))
      }
      #expect(sent?.code == .resourceExhausted)
      #expect(sent?.message.contains("1000") == true)
      var callOptions = CallOptions()
      callOptions.messageBytesMax = 1999
      let received = await failure {
        try await pair.channel.unary("/test.Large/Do", [], options: callOptions)
      }
      #expect(received?.code == .resourceExhausted)
      #expect(received?.message.contains("1999") == true)
    }
  }

  @Test(
    "a small message that grows past the limit is refused, to handlers and to sinks, and back",
    arguments: compressions)
  func bomb(_ encoding: Encoding) async throws {
    var options = ServerOptions()
    options.messageBytesMax = 1 << 20
    options.responseEncoding = encoding
    let large = service("test.Large", .unary { _, _ in [UInt8](repeating: 0, count: 6 << 20) })
    try await Pair.with(Pair(large, options: options)) { pair in
      var callOptions = CallOptions()
      callOptions.encoding = encoding
      for method in ["Unary", "Count", "Stream"] {
        let call = try await pair.channel.open("/test.Echo/\(method)", options: callOptions)
        _ = try? await call.send([UInt8](repeating: 0, count: 2 << 20))
        try? await call.finishSending()
        #expect(await call.status().code == .resourceExhausted, "\(method)")
      }
      let back = await failure { try await pair.channel.unary("/test.Large/Do", []) }
      #expect(back?.code == .resourceExhausted)
    }
  }

  /// What the server answers to raw headers: the fields of its first header block.
  private func answer(to more: [(String, String)], path: String = "/test.Echo/Unary") async throws
    -> [UInt8]
  {
    var block: [UInt8] = []
    try await Pair.with(Pair()) { pair in
      let peer = RawPeer(to: pair.address)
      peer.send(
        RawFrame.preface + RawFrame.settings + RawFrame.request(1, path, more)
          + RawFrame.data(1, framed([1]), ends: true))
      let headers = try #require(await peer.next(type: 1))
      // Trailers-only: END_STREAM on the first and only block.
      #expect(headers.flags & 1 == 1)
      block = headers.payload
      // The connection is as good as before.
      peer.send(RawFrame.request(3, "/test.Echo/Unary") + RawFrame.data(3, framed([1]), ends: true))
      #expect(await peer.next(type: 0)?.payload == framed([1]))
    }
    return block
  }

  @Test("an encoding that nobody knows is unimplemented, and the answer names those known")
  func encoding() async throws {
    let block = try await answer(to: [("grpc-encoding", "snappy")])
    #expect(block.contains(huffman: "12"))
  }

  @Test("malformed timeouts are an error", arguments: ["", "1", "123456789m", "-1S", "1x", "S"])
  func timeout(_ value: String) async throws {
    let block = try await answer(to: [("grpc-timeout", value)])
    #expect(block.contains(huffman: "13"))
  }

  @Test("headers over the limit fail their call alone")
  func headers() async throws {
    // 34 bytes each, as HTTP/2 counts.
    let block = try await answer(to: (0..<600).map { _ in ("a", "b") })
    #expect(block.contains(huffman: "8"))
  }

  @Test("metadata too large to be sent fails its call, on either side")
  func metadata() async throws {
    let verbose = service(
      "test.Verbose",
      .unary { message, context in
        let large = String(repeating: "x", count: 100_000)
        if message.bytes == [0] { context.initialMetadata.append("x-large", large) }
        if message.bytes == [1] { context.trailers.append("x-large", large) }
        return message.bytes
      })
    try await Pair.with(Pair(verbose)) { pair in
      for message: [UInt8] in [[0], [1]] {
        let status = await failure { try await pair.channel.unary("/test.Verbose/Do", message) }
        #expect(status?.code == .internal)
      }
      var options = CallOptions()
      options.metadata.append("x-large", String(repeating: "x", count: 100_000))
      let status = await failure {
        try await pair.channel.unary("/test.Verbose/Do", [2], options: options)
      }
      #expect(status?.code == .internal)
      let plain = try await pair.channel.unary("/test.Verbose/Do", [2])
      #expect(plain.message.bytes == [2])
    }
  }

  @Test("a second message to a method that takes one fails the call, before the client ends")
  func secondMessage() async throws {
    try await Pair.with(Pair()) { pair in
      let call = try await pair.channel.open("/test.Echo/Unary")
      try await call.send([1])
      _ = try? await call.send([2])
      #expect(await call.status().code == .unimplemented)
    }
  }

  @Test("binary metadata, several values a key, survives both ways")
  func binaryMetadata() async throws {
    try await Pair.with(Pair()) { pair in
      var options = CallOptions()
      let values = (0..<5).map { [UInt8](repeating: UInt8($0 * 60), count: $0) }
      for value in values { options.metadata.append("x-many-bin", bytes: value) }
      let answer = try await pair.channel.unary("/test.Echo/Unary", [], options: options)
      #expect(answer.initialMetadata.entries.map(\.value) == values)
    }
  }

  @Test(
    "other protocols' bytes close the connection, and only that",
    arguments: [
      "GET / HTTP/1.1\r\nhost: x\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
      "PRI * HTTP/2.0\r\n\r\nXX",
    ])
  func foreign(_ text: String) async throws {
    try await Pair.with(Pair()) { pair in
      let peer = RawPeer(to: pair.address)
      peer.send(Array((text + String(repeating: " ", count: 24)).utf8))
      while await peer.next() != nil {}
      _ = try await pair.channel.unary("/test.Echo/Unary", [])
    }
  }
}

extension [UInt8] {
  /// Whether a header block has the value of `grpc-status` in it, in HPACK's code for digits.
  fileprivate func contains(huffman digits: String) -> Bool {
    // `grpc-status` is not in HPACK's static table: its name ends in the code of "us", then comes
    // the value, of which a digit has five bits ("0" to "2") or six.
    let codes: [Character: (UInt32, Int)] = [
      "0": (0x0, 5), "1": (0x1, 5), "2": (0x2, 5), "3": (0x19, 6), "8": (0x1e, 6),
    ]
    var (bits, count): (UInt32, Int) = (0, 0)
    for digit in digits {
      guard let (code, length) = codes[digit] else { return false }
      bits = bits << UInt32(length) | code
      count += length
    }
    let bytes = (count + 7) / 8
    let padding = UInt32(bytes * 8 - count)
    bits = bits << padding | ((1 << padding) - 1)
    let coded = (0..<bytes).map { UInt8(bits >> UInt32(8 * (bytes - 1 - $0)) & 255) }
    let plain = [UInt8(digits.utf8.count)] + Array(digits.utf8)
    let wanted = [UInt8(0x80 | bytes)] + coded
    return indices.contains { self[$0...].starts(with: wanted) || self[$0...].starts(with: plain) }
  }
}
