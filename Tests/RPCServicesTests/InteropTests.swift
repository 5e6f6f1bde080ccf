// SPDX-License-Identifier: Apache-2.0
import Interop
import Protobuf
import RPC
import RPCServices
import Testing

@Suite("The interoperability tests")
struct InteropTests {
  static let service = InteropService(serverID: "me", hostName: "here").service

  static var options: ServerOptions {
    var options = ServerOptions()
    options.messageBytesMax = InteropLimits.messageBytesMax
    return options
  }

  @Test("pass between our client and our server", arguments: InteropCase.allCases)
  func passes(_ interopCase: InteropCase) async throws {
    try await withServer([Self.service], options: Self.options) { channel, _ in
      try await InteropClient(channel).run(interopCase)
    }
  }

  /// Cases that end before a server could do anything wrong.
  static let clientAlone: Set<InteropCase> = [.cancelAfterBegin, .timeoutOnSleepingServer]

  @Test(
    "fail against a server that does otherwise",
    arguments: Set(InteropCase.allCases).subtracting(clientAlone))
  func fails(_ interopCase: InteropCase) async throws {
    try await withServer([Contrary.service, Contrary.second]) { channel, _ in
      _ = await #expect(throws: (any Error).self) {
        try await InteropClient(channel).run(interopCase)
      }
    }
  }

  @Test("the server says who it is when it is asked")
  func serverID() async throws {
    try await withServer([Self.service]) { channel, _ in
      let asked = try await channel.unary(
        TestService.unaryCall, .with { $0.fillServerId = true })
      #expect(asked.message.serverId == "me")
      #expect(asked.message.hostname == "here")
      #expect(asked.message.username == "")
      let silent = try await channel.unary(TestService.unaryCall, SimpleRequest())
      #expect(silent.message.serverId == "")
      #expect(silent.message.payload != nil)
    }
  }

  @Test(
    "a size that cannot be served is an invalid argument", arguments: [-1, 1 << 30, Int32.max])
  func sizes(_ size: Int32) async throws {
    try await withServer([Self.service]) { channel, _ in
      let unary = try await status {
        _ = try await channel.unary(TestService.unaryCall, .with { $0.responseSize = size })
      }
      #expect(unary.code == .invalidArgument)
      let stream = try await status {
        let call = try await channel.serverStreaming(
          TestService.streamingOutputCall,
          .with { $0.responseParameters = [.with { $0.size = size }] })
        _ = try await call.next()
      }
      #expect(stream.code == .invalidArgument)
    }
  }

  @Test("a payload of ten mebibytes goes both ways")
  func largest() async throws {
    try await withServer([Self.service], options: Self.options) { channel, _ in
      var options = CallOptions()
      options.messageBytesMax = InteropLimits.messageBytesMax
      let response = try await channel.unary(
        TestService.unaryCall,
        .with {
          $0.responseSize = 10 << 20
          $0.payload = .with { $0.body = [UInt8](repeating: 0, count: 10 << 20) }
        }, options: options)
      #expect(response.message.payload?.body.count == 10 << 20)
    }
  }

  @Test("half-duplex calls are answered when all requests are there")
  func halfDuplex() async throws {
    try await withServer([Self.service]) { channel, _ in
      let call = try await channel.open(TestService.halfDuplexCall)
      for size: Int32 in 1...3 {
        try await call.send(.with { $0.responseParameters = [.with { $0.size = size }] })
      }
      try await call.finishSending()
      var sizes: [Int?] = []
      for try await response in call { sizes.append(response.payload?.body.count) }
      #expect(sizes == [1, 2, 3])
    }
  }

  @Test("a status that gRPC does not know is UNKNOWN, with its text")
  func strangeStatus() async throws {
    try await withServer([Self.service]) { channel, _ in
      let end = try await status {
        _ = try await channel.unary(
          TestService.unaryCall,
          .with {
            $0.responseStatus = .with {
              $0.code = 99
              $0.message = "strange"
            }
          })
      }
      #expect(end == RPCStatus(.unknown, "strange"))
    }
  }
}
