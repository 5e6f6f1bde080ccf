// SPDX-License-Identifier: Apache-2.0
internal import Proto

extension LinkReceiver {
  /// What a hello is answered with.
  public enum OnGreeted: Sendable, Hashable {
    /// Send these messages, in this order. The stream is live; end the one that it replaces with
    /// ``LinkRefusal/Kind/superseded``.
    case welcome([[UInt8]], replaces: UInt64?)
    /// End the stream with this.
    case refuse(LinkRefusal)
  }

  /// The sender opens a stream. O(departed nodes + verdicts).
  ///
  /// - Parameter stream: the caller's number of it, never used before.
  /// - Precondition: the greeting is of this receiver's sender.
  public mutating func greeted(_ greeting: LinkGreeting, stream: UInt64) -> OnGreeted {
    precondition(greeting.sender.id == sender, "a greeting of another node")
    if let refusal = refusal(of: greeting) { return .refuse(refusal) }
    let replaced = self.stream
    begin(greeting)
    self.stream = stream
    counters.streams += 1
    var messages = [welcome()]
    for lane in Lane.allCases where lanes[lane].hasNews { messages.append(ack(lane)) }
    return .welcome(messages, replaces: replaced)
  }

  private func refusal(of greeting: LinkGreeting) -> LinkRefusal? {
    let hello = greeting.hello
    if hello.cluster != settings.cluster {
      return LinkRefusal(.wrongCluster, "this is cluster \(settings.cluster)")
    }
    if !hello.receiverId.isEmpty, hello.receiverId != settings.own.id.text {
      return LinkRefusal(.wrongReceiver, "this is \(settings.own.id)")
    }
    if sender == settings.own.id {
      return LinkRefusal(.wrongReceiver, "this is \(settings.own.id), the sender's own id")
    }
    if hello.windowSeconds != settings.windowSeconds
      || hello.resolutionSeconds != settings.resolutionSeconds
    {
      return LinkRefusal(
        .windowDiffers,
        "the window is \(settings.windowSeconds) s by \(settings.resolutionSeconds) s here")
    }
    return refusal(ofLife: greeting.sender)
  }

  private func refusal(ofLife sender: NodeIdentity) -> LinkRefusal? {
    if departed.contains(where: { $0.id == sender.id && $0.incarnation >= sender.incarnation }) {
      return LinkRefusal(.departed, "\(sender) has left for good")
    }
    if sender.incarnation < incarnation {
      return LinkRefusal(.staleIncarnation, "\(sender.id)@\(incarnation) is known")
    }
    return nil
  }

  private mutating func begin(_ greeting: LinkGreeting) {
    let firsts = PerLane { lane in
      lane == .live ? greeting.hello.liveFirst : greeting.hello.hintFirst
    }
    if greeting.sender.incarnation > incarnation {
      incarnation = greeting.sender.incarnation
      lanes = PerLane { ReceiverLane(first: firsts[$0]) }
    } else {
      for lane in Lane.allCases { lanes[lane].restart(first: firsts[lane]) }
    }
    decoder = FrameDecoder()
    heartbeat = 0
  }

  private func welcome() -> [UInt8] {
    var welcome = LinkWelcome()
    welcome.receiver = settings.own.wire
    welcome.liveApplied = lanes.live.applied
    welcome.hintApplied = lanes.hint.applied
    welcome.creditBytes = UInt64(settings.creditBytes)
    precondition(departed.count <= RouterLimits.linkDepartedMax, "too many departed nodes")
    welcome.departed = departed.map(\.wire)
    return LinkMessages.response(.welcome(welcome))
  }
}
