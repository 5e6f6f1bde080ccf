// SPDX-License-Identifier: Apache-2.0
import Interop
import Protobuf
import RPC
import RPCServices
import Testing

@Suite("Many calls on one connection")
struct ManyCallsTests {
  static let service = InteropService(serverID: "me").service

  private func ping(_ size: Int32) -> StreamingOutputCallRequest {
    .with {
      $0.responseParameters = [.with { $0.size = size }]
      $0.payload = .with { $0.body = [UInt8](repeating: 0, count: Int(size)) }
    }
  }

  @Test("two hundred streams ping and pong at once, each in its order")
  func streams() async throws {
    try await withServer([Self.service]) { channel, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number: Int32 in 0..<200 {
          group.addTask {
            let call = try await channel.open(TestService.fullDuplexCall)
            for round: Int32 in 0..<10 {
              let size = number * 10 + round
              try await call.send(ping(size))
              #expect(try await call.next()?.payload?.body.count == Int(size))
            }
            try await call.finishSending()
            #expect(try await call.next() == nil)
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("calls cancelled at any point end with CANCELLED, and the connection goes on")
  func cancellations() async throws {
    try await withServer([Self.service]) { channel, _ in
      try await withThrowingTaskGroup(of: RPCStatus.Code.self) { group in
        for number in 0..<500 {
          group.addTask {
            let end = try await status {
              let call = try await channel.open(TestService.fullDuplexCall)
              if number % 3 > 0 { try await call.send(ping(10_000)) }
              if number % 3 > 1 { _ = try await call.next() }
              call.cancel()
              while try await call.next() != nil {}
            }
            return end.code
          }
        }
        for try await code in group { #expect(code == .cancelled) }
      }
      try await InteropClient(channel).run(.largeUnary)
    }
  }

  @Test("cancelled tasks cancel their calls, and abandoned calls go away by themselves")
  func abandonment() async throws {
    let registry = HealthRegistry()
    try await withServer([registry.service]) { channel, _ in
      let task = Task {
        for try await _ in try await channel.serverStreaming(Health.watch, HealthCheckRequest()) {}
      }
      do {
        let call = try await channel.serverStreaming(Health.watch, HealthCheckRequest())
        _ = try await call.next()
      }
      while registry.watcherCount != 1 { await Task.yield() }
      task.cancel()
      let end = try await status { try await task.value }
      #expect(end.code == .cancelled)
      while registry.watcherCount != 0 { await Task.yield() }
    }
  }

  @Test("a message too large for the receiver is refused with the limit, on either side")
  func limits() async throws {
    var options = ServerOptions()
    options.messageBytesMax = 1000
    try await withServer([Self.service], options: options) { channel, _ in
      let request = try await status {
        _ = try await channel.unary(
          TestService.unaryCall,
          .with { $0.payload = .with { $0.body = [UInt8](repeating: 0, count: 1001) } })
      }
      #expect(request.code == .resourceExhausted)
      let response = try await status {
        _ = try await channel.unary(TestService.unaryCall, .with { $0.responseSize = 5 << 20 })
      }
      #expect(response.code == .resourceExhausted)
    }
  }
}
