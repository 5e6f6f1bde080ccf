// SPDX-License-Identifier: Apache-2.0
internal import Protobuf
internal import RPC
internal import RPCServices

/// Cases of many messages.
extension InteropClient {
  private static let requestSizes: [Int32] = [27_182, 8, 1_828, 45_904]
  private static let responseSizes: [Int32] = [31_415, 9, 2_653, 58_979]

  func clientStreaming() async throws {
    let call = try await channel.open(TestService.streamingInputCall, options: options)
    for size in Self.requestSizes { try await call.send(.ofZeros(size)) }
    let response = try await call.response()
    try require("the payloads' size", response.aggregatedPayloadSize, is: 74_922)
  }

  func clientCompressedStreaming() async throws {
    let status = try await statusOf {
      let probe = try await channel.open(TestService.streamingInputCall, options: options)
      try await probe.send(.ofZeros(27_182, expectCompressed: true))
      _ = try await probe.response()
    }
    try require("the probe's status", status.code, is: .invalidArgument)
    let call = try await channel.open(TestService.streamingInputCall, options: compressing)
    try await call.send(.ofZeros(27_182, expectCompressed: true), compress: true)
    try await call.send(.ofZeros(45_904, expectCompressed: false), compress: false)
    let response = try await call.response()
    try require("the payloads' size", response.aggregatedPayloadSize, is: 73_086)
  }

  func serverStreaming() async throws {
    let request = StreamingOutputCallRequest.with {
      $0.responseParameters = Self.responseSizes.map { size in .with { $0.size = size } }
    }
    let call = try await channel.serverStreaming(
      TestService.streamingOutputCall, request, options: options)
    for size in Self.responseSizes { try await call.requireNext(size) }
    try await call.requireEnd()
  }

  func serverCompressedStreaming() async throws {
    let wanted: [(size: Int32, compressed: Bool)] = [(31_415, true), (92_653, false)]
    let request = StreamingOutputCallRequest.with {
      $0.responseParameters = wanted.map { size, compressed in
        .with {
          $0.size = size
          $0.compressed = .with { $0.value = compressed }
        }
      }
    }
    let call = try await channel.serverStreaming(
      TestService.streamingOutputCall, request, options: options)
    for (size, compressed) in wanted {
      guard let message = try await call.call.next() else {
        throw InteropFailure(description: "the responses ended early")
      }
      try require("the response being compressed", message.wasCompressed, is: compressed)
      let response = try StreamingOutputCallResponse(response: message)
      try response.payload.requireZeros(Int(size))
    }
    try await call.requireEnd()
  }

  func pingPong() async throws {
    let call = try await channel.open(TestService.fullDuplexCall, options: options)
    for (request, response) in zip(Self.requestSizes, Self.responseSizes) {
      try await call.send(.ping(request, for: response))
      try await call.requireNext(response)
    }
    try await call.finishSending()
    try await call.requireEnd()
  }

  func emptyStream() async throws {
    let call = try await channel.open(TestService.fullDuplexCall, options: options)
    try await call.finishSending()
    try await call.requireEnd()
  }
}

extension StreamingInputCallRequest {
  static func ofZeros(
    _ count: Int32, expectCompressed: Bool? = nil
  ) throws(RPCError) -> StreamingInputCallRequest {
    var request = StreamingInputCallRequest()
    request.payload = try Payload(zeros: count)
    request.expectCompressed = expectCompressed.map { value in .with { $0.value = value } }
    return request
  }
}

extension StreamingOutputCallRequest {
  /// One payload for another.
  static func ping(
    _ count: Int32, for response: Int32
  ) throws(RPCError) -> StreamingOutputCallRequest {
    var request = StreamingOutputCallRequest()
    request.responseParameters = [.with { $0.size = response }]
    request.payload = try Payload(zeros: count)
    return request
  }
}

extension TypedCall<StreamingOutputCallRequest, StreamingOutputCallResponse> {
  /// Fails unless the next response has so many zero bytes.
  func requireNext(_ size: Int32) async throws {
    guard let response = try await next() else {
      throw InteropFailure(description: "the responses ended early")
    }
    try response.payload.requireZeros(Int(size))
  }

  /// Fails unless no response follows and the status is OK.
  func requireEnd() async throws {
    guard try await next() == nil else {
      throw InteropFailure(description: "there are more responses than were asked for")
    }
  }
}
