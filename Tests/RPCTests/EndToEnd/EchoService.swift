// SPDX-License-Identifier: Apache-2.0
import RPC
import Synchronization

/// A service of every call kind, small enough to see what a test does with it.
enum EchoService {
  static let service = Service(
    name: "test.Echo",
    methods: [
      "Unary": .unary { message, context in
        context.initialMetadata = context.metadata
        context.trailers.append("seen-bin", bytes: [1, 2, 3])
        return message.bytes
      },
      "Fail": .unary { message, _ in
        throw RPCError(
          RPCStatus(.failedPrecondition, "näh\n\(message.bytes.count)", details: [9, 8]))
      },
      "Crash": .unary { _, _ in throw Odd.error },
      "Sleep": .unary { _, context in
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
        throw CancellationError()
      },
      "Stream": .streaming { messages, writer, _ in
        for try await message in messages { try await writer.write(message.bytes) }
      },
      "Count": .bulk { CountingSink($0) },
    ])

  enum Odd: Error { case error }
}

/// Counts messages and bytes, and answers with both.
final class CountingSink: BulkSink {
  private let call: BulkCall
  private var messages = 0
  private var bytes = 0

  init(_ call: BulkCall) { self.call = call }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    var frames = MessageFrames(range)
    while let body = frames.next(in: run) {
      messages += 1
      bytes += body.count
    }
    call.returnCredit(windowBytes)
  }

  func receivedEnd() { call.finish(.ok, message: Array("\(messages) \(bytes)".utf8)) }

  func failed(_ status: RPCStatus) -> RPCStatus {
    RPCStatus(status.code, status.message, details: Array("\(messages)".utf8))
  }
}

/// A server and a channel to it, on a port of their own.
struct Pair {
  let group: EventLoopGroup
  let server: Server
  let channel: Channel
  let address: SocketAddress

  init(
    loops: Int = 2, options: ServerOptions = ServerOptions(),
    interceptors: [any ServerInterceptor] = [],
    channelOptions: ChannelOptions = ChannelOptions(),
    clientInterceptors: [any ClientInterceptor] = []
  ) async throws {
    group = EventLoopGroup(loops: loops)
    server = Server(
      group: group, services: [EchoService.service], options: options, interceptors: interceptors)
    address = try await server.listen(host: "127.0.0.1", port: 0)
    channel = Channel(
      host: address.host, port: address.port, group: group, options: channelOptions,
      interceptors: clientInterceptors)
  }

  func end() async {
    await channel.close()
    await server.shutdown(grace: .zero)
    await group.shutdown()
  }

  /// Runs a test on a pair and ends it, however the test ends.
  static func with(_ pair: Pair, _ body: (Pair) async throws -> Void) async throws {
    do { try await body(pair) } catch {
      await pair.end()
      throw error
    }
    await pair.end()
  }
}

func framed(_ message: [UInt8]) -> [UInt8] {
  let length = UInt32(message.count)
  return [0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + message
}
