// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router

/// How links reach their peers.
struct LinkTransport: Sendable {
  /// How frames are compressed.
  var encoding: Encoding
}

/// One stream of a link, from its connection to its end.
extension PeerLink {
  /// Carries one stream; returns when it is over.
  func carry() async {
    endReason = nil
    var options = ChannelOptions()
    options.connectTimeout = .seconds(3)
    options.userAgent = "tributary/\(Program.version)"
    let channel = Channel(host: address.host, port: address.port, on: loop, options: options)
    var failure: RPCError?
    do {
      var call = CallOptions()
      call.encoding = transport.encoding
      try await exchange(try await channel.open(PeerService.link.path, options: call))
    } catch let error as RPCError {
      failure = error
    } catch {
      failure = RPCError(.unknown, "\(error)")
    }
    await channel.close()
    ended(failure)
  }

  private func exchange(_ call: ClientCall) async throws {
    try await call.send(core.connected(now: LinkClock.now), compress: false)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.sendFrames(call) }
      group.addTask { try await self.takeAcks(call) }
      defer {
        group.cancelAll()
        doorbell.ring()
      }
      // Whichever ends first ends the other.
      try await group.next()
    }
  }

  private func sendFrames(_ call: ClientCall) async throws {
    while true {
      while let message = core.nextMessage(now: LinkClock.now, wall: clock()) {
        bytesCompressed += try await call.send(message)
      }
      await withCheckedContinuation { doorbell.wait($0) }
      try Task.checkCancellation()
    }
  }

  private func takeAcks(_ call: ClientCall) async throws {
    while let message = try await call.next() {
      switch try core.received(message.bytes, now: LinkClock.now) {
      case .welcomed(let identity, let departed):
        report(.met(identity, departed: departed))
        wasLive = true
        report(.changed(isLive: true, reason: ""))
      default: break
      }
      afterEvent()
    }
    throw RPCError(.unavailable, "the peer ended the stream")
  }

  private func ended(_ failure: RPCError?) {
    let reason = endReason ?? failure.map(Failure.text) ?? "the stream ended"
    let kind = failure?.trailers.first(LinkRefusal.trailer).flatMap(LinkRefusal.Kind.init(name:))
    if let kind { report(.refused(kind, message: reason)) }
    switch core.disconnected(reason, refused: kind, now: LinkClock.now) {
    case .retry: break
    case .outlived: report(.mustStop("another node runs under this node's id: \(reason)"))
    case .departed: report(.mustStop("this node has left the cluster for good: \(reason)"))
    }
    carrier = nil
    afterEvent()
    report(.changed(isLive: false, reason: wasLive && endReason == nil ? reason : ""))
    wasLive = false
  }
}
