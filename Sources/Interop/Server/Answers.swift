// SPDX-License-Identifier: Apache-2.0
internal import Protobuf
internal import RPC
internal import RPCServices

/// Metadata that clients send to get back.
enum EchoedMetadata {
  static let initial = "x-grpc-test-echo-initial"
  static let trailing = "x-grpc-test-echo-trailing-bin"
}

extension ServerContext {
  /// Sends back what clients want echoed.
  func echoMetadata() {
    initialMetadata.entries += metadata.entries.filter { $0.key == EchoedMetadata.initial }
    trailers.entries += metadata.entries.filter { $0.key == EchoedMetadata.trailing }
  }
}

extension ReceivedMessage {
  /// Fails unless the message was sent as its sender says.
  func require(compressed: BoolValue?) throws(RPCError) {
    guard let compressed, compressed.value != wasCompressed else { return }
    throw RPCError(
      .invalidArgument,
      compressed.value
        ? "the request was to be compressed, and is not"
        : "the request was not to be compressed, and is")
  }
}

extension EchoStatus {
  /// Ends the call as the client wants it; OK ends nothing.
  func fail() throws(RPCError) {
    guard code != 0 else { return }
    throw RPCError(RPCStatus.Code(rawValue: Int(code)) ?? .unknown, message)
  }
}

extension Payload {
  /// So many zero bytes.
  ///
  /// - Throws: INVALID_ARGUMENT for a size or type that cannot be served.
  init(zeros count: Int32, _ type: PayloadType = .compressable) throws(RPCError) {
    guard type == .compressable else {
      throw RPCError(.invalidArgument, "payload type \(type) is not supported")
    }
    guard (0...InteropLimits.responseBytesMax).contains(Int(count)) else {
      throw RPCError(
        .invalidArgument,
        "a payload has 0 to \(InteropLimits.responseBytesMax) bytes, not \(count)")
    }
    self.init()
    body = [UInt8](repeating: 0, count: Int(count))
  }
}

extension StreamingOutputCallRequest {
  /// Sends the responses that the request asks for, each after its pause.
  func respond(_ writer: TypedWriter<StreamingOutputCallResponse>) async throws {
    try responseStatus?.fail()
    for wanted in responseParameters {
      if wanted.intervalUs > 0 { try await Task.sleep(for: .microseconds(wanted.intervalUs)) }
      let payload = try Payload(zeros: wanted.size, responseType)
      try await writer.write(
        .with { $0.payload = payload }, compress: wanted.compressed?.value ?? false)
    }
  }
}

/// Requests that wait for the last one; bounded, since nothing slows their sender down.
struct HeldRequests {
  private(set) var requests: [StreamingOutputCallRequest] = []
  private var bytes = 0

  mutating func append(_ request: StreamingOutputCallRequest) throws(RPCError) {
    bytes += request.encodedSize + MemoryLayout<StreamingOutputCallRequest>.size
    guard bytes <= InteropLimits.responseBytesMax else {
      throw RPCError(
        .resourceExhausted,
        "requests held for the end are larger than \(InteropLimits.responseBytesMax) bytes")
    }
    requests.append(request)
  }
}
