// SPDX-License-Identifier: Apache-2.0
import TributaryClient

/// Tells what happens to the agent's client.
struct AgentLog: Sendable {
  let log: Log

  func note(_ event: TributaryClient.Event) {
    switch event {
    case .connected(let endpoint): log.info("sending", ["target": .of(endpoint)])
    case .disconnected(let endpoint, let reason, let wait):
      log.warning(
        "the node does not take points; they are kept",
        [
          "target": .of(endpoint), "reason": .string(reason),
          "again_in_seconds": .double((wait.inSeconds * 10).rounded() / 10),
        ])
    case .rejected(let rejections): for one in rejections { note(one) }
    case .hinted(let points):
      log.info("the node keeps points for nodes that are away", ["points": .count(points)])
    case .dropped(let points, let reason):
      log.error("points dropped", ["points": .count(points), "reason": .string(reason.rawValue)])
    case .failed(let error): log.error("no node takes points", ["reason": .of(error)])
    }
  }

  private func note(_ rejection: TributaryClient.Rejection) {
    log.warning(
      "the node rejected points",
      [
        "reason": .string(rejection.reason), "points": .count(rejection.count),
        "hint": .string(rejection.hint),
      ])
  }
}
