// SPDX-License-Identifier: Apache-2.0
internal import RPC

/// Keeps a stream to one of the endpoints as long as there is something to deliver.
struct Courier: Sendable {
  let endpoints: [TributaryClient.Endpoint]
  let options: TributaryClient.Options
  let group: EventLoopGroup
  let outbox: Outbox

  /// Delivers until the outbox is closed and empty, has failed, or the task is cancelled.
  func run() async {
    var reconnection = Reconnection(
      endpoints.shuffled(),
      backoff: Backoff(first: options.retryWaitFirst, longest: options.retryWaitMax),
      giveUpAfter: options.giveUpAfter)
    while await outbox.awaitDemand() {
      let endpoint = reconnection.endpoint
      let since = ContinuousClock.now
      let end = await Session(
        endpoint: endpoint, options: options, group: group, outbox: outbox
      ).run()
      guard !Task.isCancelled else { return }
      let next = reconnection.ended(
        end.status, hadProgress: end.hadProgress || (end.wasConnected && outbox.isIdle),
        since: since, now: .now,
        random: Double.random(in: 0...1))
      let error = Self.error(endpoint, end.status, isRefusal: next == .refused)
      _ = outbox.disconnected(
        isRefusal: end.status.code == .invalidArgument,
        allFailed: reconnection.allFailed ? error : nil)
      if outbox.isOver { return }
      switch next {
      case .again(let wait):
        outbox.note(.disconnected(endpoint, reason: StatusText.text(end.status), wait: wait))
        try? await Task.sleep(for: wait)
      case .refused, .givenUp:
        _ = outbox.end(error)
        outbox.note(.failed(error))
      }
    }
  }

  private static func error(
    _ endpoint: TributaryClient.Endpoint, _ status: RPCStatus, isRefusal: Bool
  ) -> TributaryClient.ClientError {
    let (code, message) = (status.code.rawValue, status.message)
    return isRefusal
      ? .refused(endpoint, code: code, message: message)
      : .unreachable(endpoint, code: code, message: message)
  }
}
