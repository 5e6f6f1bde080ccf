// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import RPC
internal import RPCServices

/// One stream to one endpoint: batches out, acks in, until either side ends it.
struct Session: Sendable {
  typealias Call = TypedCall<PointBatch, BatchAck>

  let endpoint: TributaryClient.Endpoint
  let options: TributaryClient.Options
  let group: EventLoopGroup
  let outbox: Outbox

  /// How it ended.
  struct End: Sendable {
    var status: RPCStatus
    /// An ack has come.
    var hadProgress = false
    var wasConnected = false
  }

  /// Connects, and delivers until the stream is over or the task is cancelled.
  func run() async -> End {
    // A channel waits by rules of its own after a failure; this one is for one attempt.
    let channel = Channel(
      host: endpoint.host, port: endpoint.port, group: group, options: channelOptions)
    var end: End
    do {
      let call = try await channel.open(TelemetryService.pushBatches)
      outbox.connected(endpoint)
      end = await deliver(call)
      end.wasConnected = true
    } catch {
      end = End(status: Self.status(of: error))
    }
    await channel.close()
    return end
  }

  private var channelOptions: ChannelOptions {
    var channel = ChannelOptions()
    channel.connectTimeout = options.connectTimeout
    channel.userAgent = "tributary-client"
    return channel
  }

  private func deliver(_ call: Call) async -> End {
    await withTaskGroup(of: End?.self) { tasks in
      tasks.addTask { await readAcks(call) }
      tasks.addTask { await writeBatches(call) }
      tasks.addTask { await watchForStall() }
      var first: End?
      while first == nil, let end = await tasks.next() { first = end }
      tasks.cancelAll()
      call.cancel()
      return first ?? End(status: RPCStatus(.internal, "the stream has no end"))
    }
  }

  /// Always ends with the stream.
  private func readAcks(_ call: Call) async -> End? {
    var hadProgress = false
    do {
      while let ack = try await call.next() {
        guard outbox.acknowledged(ack) else {
          let text = "an ack of batch \(ack.sequence), which is not awaited"
          return End(status: RPCStatus(.internal, text))
        }
        hadProgress = true
      }
      return End(status: .ok, hadProgress: hadProgress)
    } catch {
      return End(status: Self.status(of: error), hadProgress: hadProgress)
    }
  }

  /// A failed send tells less than the stream's end, which the reader has.
  private func writeBatches(_ call: Call) async -> End? {
    do {
      while !Task.isCancelled {
        switch outbox.next() {
        case .send(let message): try await call.call.send(message)
        case .wait(let deadline): await outbox.news.wait(until: deadline)
        case .finished:
          try await call.finishSending()
          return nil
        }
      }
    } catch {}
    return nil
  }

  /// A node that is stuck, or gone without a word, is not waited for.
  private func watchForStall() async -> End? {
    while !Task.isCancelled {
      try? await Task.sleep(for: options.ackTimeout / ClientLimits.stallChecks)
      if outbox.isStalled {
        let text = "no ack for \(options.ackTimeout)"
        return End(status: RPCStatus(.deadlineExceeded, text))
      }
    }
    return nil
  }

  private static func status(of error: any Error) -> RPCStatus {
    (error as? RPCError)?.status ?? RPCStatus(.unknown, "\(error)")
  }
}
