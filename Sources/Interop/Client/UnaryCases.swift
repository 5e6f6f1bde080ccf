// SPDX-License-Identifier: Apache-2.0
internal import Protobuf
internal import RPC
internal import RPCServices

/// Cases of one message each way.
extension InteropClient {
  func emptyUnary() async throws {
    let response = try await channel.unary(TestService.emptyCall, Empty(), options: options)
    try require("the response", response.message, is: Empty())
  }

  func largeUnary() async throws {
    let response = try await channel.unary(
      TestService.unaryCall, .large(), options: options)
    try response.message.requireLarge()
  }

  func clientCompressedUnary() async throws {
    var request = try SimpleRequest.large()
    request.expectCompressed = .with { $0.value = true }
    let probe = request
    let status = try await statusOf {
      _ = try await channel.unary(TestService.unaryCall, probe, options: options)
    }
    try require("the probe's status", status.code, is: .invalidArgument)
    try await largeUnary(request, compress: true)
    request.expectCompressed = .with { $0.value = false }
    try await largeUnary(request, compress: false)
  }

  /// Both say `grpc-encoding: gzip`, so that the message's own flag is what counts.
  private func largeUnary(_ request: SimpleRequest, compress: Bool) async throws {
    let call = try await channel.open(TestService.unaryCall, options: compressing)
    try await call.send(request, compress: compress)
    try await call.response().requireLarge()
  }

  func serverCompressedUnary() async throws {
    for compressed in [true, false] {
      var request = try SimpleRequest.large()
      request.responseCompressed = .with { $0.value = compressed }
      let response = try await channel.unary(TestService.unaryCall, request, options: options)
      try require("the response being compressed", response.wasCompressed, is: compressed)
      try response.message.requireLarge()
    }
  }

  func cacheableUnary() async throws {
    var options = options
    options.metadata.append("x-user-ip", "1.2.3.4")
    let now = ContinuousClock.now - ContinuousClock().systemEpoch
    let request = SimpleRequest.with {
      $0.payload = .with { $0.body = Array("\(now)".utf8) }
    }
    let first = try await channel.unary(TestService.cacheableUnaryCall, request, options: options)
    let second = try await channel.unary(TestService.cacheableUnaryCall, request, options: options)
    guard first.message.payload == second.message.payload else {
      throw InteropFailure(description: "the second response differs: nothing cached the first")
    }
  }

  func statusOfUnaryCall(_ message: String) async throws {
    let request = SimpleRequest.with { $0.responseStatus = .unknown(message) }
    let status = try await statusOf {
      _ = try await channel.unary(TestService.unaryCall, request, options: options)
    }
    try require("the status", status, is: RPCStatus(.unknown, message))
  }

  func unimplemented(_ method: RPCMethod<Empty, Empty>) async throws {
    let status = try await statusOf {
      _ = try await channel.unary(method, Empty(), options: options)
    }
    try require("the status", status.code, is: .unimplemented)
  }
}

extension EchoStatus {
  /// UNKNOWN with a text: what the status cases ask for.
  static func unknown(_ message: String) -> EchoStatus {
    .with {
      $0.code = Int32(RPCStatus.Code.unknown.rawValue)
      $0.message = message
    }
  }
}
