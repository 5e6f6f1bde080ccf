// SPDX-License-Identifier: Apache-2.0
import Interop
import Protobuf
import RPC
import RPCServices

/// A test service that gets every case wrong, each in a small way.
enum Contrary {
  static let service = Service(
    name: TestService.name,
    methods: [
      .unary(TestService.emptyCall) { _, _ in throw RPCError(.unknown, "no") },
      .unary(TestService.unimplementedCall) { _, _ in Empty() },
      .unary(TestService.unaryCall) { request, context in
        // One byte too few, and always uncompressed: INVALID_ARGUMENT never comes.
        .with { $0.payload = zeros(Int(request.responseSize) - 1) }
      },
      .unary(TestService.cacheableUnaryCall) { _, _ in
        let now = ContinuousClock.now - ContinuousClock().systemEpoch
        return .with { $0.payload = .with { $0.body = Array("\(now)".utf8) } }
      },
      .clientStreaming(TestService.streamingInputCall) { requests, _ in
        .with { $0.aggregatedPayloadSize = 1 }
      },
      .serverStreaming(TestService.streamingOutputCall) { request, writer, _ in
        for wanted in request.responseParameters.dropLast() {
          try await writer.write(.with { $0.payload = zeros(Int(wanted.size)) })
        }
      },
      .bidirectional(TestService.fullDuplexCall) { _, writer, _ in
        try await writer.write(.with { $0.payload = zeros(1) })
      },
    ])

  static let second = Service(
    name: UnimplementedService.name,
    methods: [.unary(UnimplementedService.unimplementedCall) { _, _ in Empty() }])

  private static func zeros(_ count: Int) -> Payload {
    .with { $0.body = [UInt8](repeating: 0, count: max(count, 0)) }
  }
}
