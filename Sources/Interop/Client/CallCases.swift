// SPDX-License-Identifier: Apache-2.0
internal import Protobuf
internal import RPC
internal import RPCServices

/// Cases about what surrounds the messages: metadata, status, cancellation, deadlines.
extension InteropClient {
  func customMetadata() async throws {
    var options = options
    let text = "test_initial_metadata_value"
    let bytes: [UInt8] = [0xAB, 0xAB, 0xAB]
    options.metadata.append(EchoedMetadata.initial, text)
    options.metadata.append(EchoedMetadata.trailing, bytes: bytes)

    func check(_ initial: Metadata, _ trailers: Metadata) throws {
      try require("the initial metadata", initial.first(EchoedMetadata.initial), is: text)
      try require("the trailers", trailers.firstBytes(EchoedMetadata.trailing), is: bytes)
    }

    let response = try await channel.unary(TestService.unaryCall, .large(), options: options)
    try response.message.requireLarge()
    try check(response.initialMetadata, response.trailers)

    let call = try await channel.open(TestService.fullDuplexCall, options: options)
    try await call.send(.ping(271_828, for: 314_159))
    try await call.finishSending()
    try await call.requireNext(314_159)
    try await call.requireEnd()
    try check(try await call.call.initialMetadata(), await call.call.trailers())
  }

  func statusCodeAndMessage(_ message: String) async throws {
    try await statusOfUnaryCall(message)
    let call = try await channel.open(TestService.fullDuplexCall, options: options)
    let status = try await statusOf {
      try await call.send(.with { $0.responseStatus = .unknown(message) })
      try await call.finishSending()
      try await call.requireEnd()
    }
    try require("the status", status, is: RPCStatus(.unknown, message))
  }

  func cancelAfterBegin() async throws {
    let call = try await channel.open(TestService.streamingInputCall, options: options)
    call.cancel()
    let status = try await statusOf { _ = try await call.next() }
    try require("the status", status.code, is: .cancelled)
  }

  func cancelAfterFirstResponse() async throws {
    let call = try await channel.open(TestService.fullDuplexCall, options: options)
    try await call.send(.ping(27_182, for: 31_415))
    try await call.requireNext(31_415)
    call.cancel()
    let status = try await statusOf { try await call.requireEnd() }
    try require("the status", status.code, is: .cancelled)
  }

  func timeoutOnSleepingServer() async throws {
    var options = options
    options.timeout = .milliseconds(1)
    let status = try await statusOf {
      let call = try await channel.open(TestService.fullDuplexCall, options: options)
      do {
        try await call.send(.with { $0.payload = try Payload(zeros: 27_182) })
      } catch is RPCError {
        // The deadline may pass before all is sent; the call's end is what is read now.
      }
      try await call.requireEnd()
    }
    try require("the status", status.code, is: .deadlineExceeded)
  }
}
