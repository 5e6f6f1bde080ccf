// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Synchronization

/// Serves `telemetry.peer.v1.PeerService/Link`: greets the peer, then takes frames and sends acks
/// until the stream ends. A stream that breaks the rules is refused with a status that says how.
struct LinkService: Sendable {
  /// The inbox of a peer.
  let inbox: @Sendable (NodeID) async throws(LinkRefusal) -> PeerInbox
  /// A stream was refused.
  let refused: @Sendable (LinkRefusal, _ peer: String) -> Void
  /// A peer was welcomed.
  let greeted: @Sendable (LinkGreeting) async -> Void
  private let streams = Counter()

  init(
    inbox: @escaping @Sendable (NodeID) async throws(LinkRefusal) -> PeerInbox,
    greeted: @escaping @Sendable (LinkGreeting) async -> Void,
    refused: @escaping @Sendable (LinkRefusal, _ peer: String) -> Void
  ) {
    self.inbox = inbox
    self.greeted = greeted
    self.refused = refused
  }

  func serve(_ requests: RequestStream, _ writer: ResponseWriter, _ context: ServerContext)
    async throws
  {
    do {
      try await carry(requests, writer)
    } catch let refusal as LinkRefusal {
      refused(refusal, context.peer)
      context.trailers = refusal.trailers
      throw refusal.error
    } catch {
      if let ending = context.ending, ending.code == .resourceExhausted {
        refused(LinkRefusal(.tooLarge, ending.message), context.peer)
      }
      throw error
    }
  }

  private func carry(_ requests: RequestStream, _ writer: ResponseWriter) async throws {
    var messages = requests.makeAsyncIterator()
    guard let first = try await messages.next() else { return }
    let greeting = try LinkGreeting(first.bytes)
    await greeted(greeting)
    let inbox = try await inbox(greeting.sender.id)
    let stream = streams.next()
    let welcome = try await inbox.open(greeting, stream: stream)
    do {
      for message in welcome { try await writer.write(message, compress: false) }
      try await exchange(requests, writer, inbox, stream)
    } catch {
      await inbox.close(stream: stream)
      throw error
    }
    await inbox.close(stream: stream)
  }

  /// Takes frames and sends acks at the same time; whichever ends first ends the other.
  private func exchange(
    _ requests: RequestStream, _ writer: ResponseWriter, _ inbox: PeerInbox, _ stream: UInt64
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for try await message in requests {
          try await inbox.received(message.bytes, stream: stream)
        }
      }
      group.addTask {
        while true {
          for ack in try await inbox.acks(stream: stream) {
            try await writer.write(ack, compress: false)
          }
        }
      }
      let result = await group.nextResult()
      group.cancelAll()
      await inbox.close(stream: stream)
      try result?.get()
    }
  }
}

/// Numbers things from 1. Safe from any thread.
final class Counter: Sendable {
  private let latest = Atomic<UInt64>(0)

  func next() -> UInt64 { latest.add(1, ordering: .relaxed).newValue }
}

extension LinkRefusal {
  static let supersededStream = LinkRefusal(.superseded, "a newer stream of this node began")

  /// The refusal as a status.
  var error: RPCError { RPCError(RPCStatus(code, message)) }

  var trailers: Metadata {
    var metadata = Metadata()
    metadata.append(Self.trailer, kind.name)
    return metadata
  }

  private var code: RPCStatus.Code {
    switch kind {
    case .malformed, .checksum, .unknownName, .tooLarge, .protocolViolation: .invalidArgument
    case .gap: .outOfRange
    case .superseded: .aborted
    default: .failedPrecondition
    }
  }
}
