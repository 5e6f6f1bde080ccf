// SPDX-License-Identifier: Apache-2.0
public import Proto
internal import Protobuf

/// A checked hello: who wants to send, and from where on.
public struct LinkGreeting: Sendable, Hashable {
  /// Who sends.
  public let sender: NodeIdentity
  /// Nodes that the sender knows to have left for good.
  public let departed: [NodeIdentity]
  let hello: LinkHello

  /// Which cluster the sender belongs to.
  public var cluster: String { hello.cluster }

  /// The first message of a stream.
  ///
  /// - Throws: ``LinkRefusal`` when it is no hello, or of nobody.
  public init(_ message: [UInt8]) throws(LinkRefusal) {
    guard let request = try? LinkRequest(decoding: message), case .hello(let hello) = request.kind
    else { throw LinkRefusal(.malformed, "the first message is no hello") }
    try self.init(hello)
  }

  /// A hello as decoded.
  ///
  /// - Throws: ``LinkRefusal`` when it is of nobody, or its frames do not count from 1.
  public init(_ hello: LinkHello) throws(LinkRefusal) {
    guard let sender = NodeIdentity(hello.sender) else {
      throw LinkRefusal(.malformed, "a hello of nobody")
    }
    let numbers = 1...RouterLimits.linkFirstMax
    guard numbers.contains(hello.liveFirst), numbers.contains(hello.hintFirst) else {
      throw LinkRefusal(.malformed, "frames count from 1, and not so far")
    }
    guard let departed = NodeIdentity.all(hello.departed) else {
      throw LinkRefusal(.malformed, "a departed node that is none, or too many of them")
    }
    self.sender = sender
    self.hello = hello
    self.departed = departed
  }
}
