// SPDX-License-Identifier: Apache-2.0
import Router

/// Why a text names no peers, for people.
struct PeerProblem: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Nodes as people write them: `ID=HOST:PORT`, or `ID=HOST:PORT*WEIGHT`.
enum PeerText {
  /// What an id is made of.
  static let expectedID = "1 to 63 letters, digits, `.`, `_` or `-`"

  /// Reads one node. O(length).
  static func member(_ text: Substring) throws(PeerProblem) -> Member {
    guard let equals = text.firstIndex(of: "=") else {
      throw PeerProblem("'\(text)' is not ID=HOST:PORT")
    }
    let name = text[..<equals]
    guard let id = NodeID(String(name)) else {
      throw PeerProblem("'\(name)' in '\(text)' is no id; expected \(expectedID)")
    }
    var address = text[text.index(after: equals)...]
    var weight = 1
    if let star = address.lastIndex(of: "*") {
      let digits = address[address.index(after: star)...]
      guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits),
        (1...RouterLimits.weightMax).contains(number)
      else {
        throw PeerProblem(
          "'\(digits)' in '\(text)' is no weight; expected 1 to \(RouterLimits.weightMax)")
      }
      weight = number
      address = address[..<star]
    }
    return Member(
      id: id, address: try target(address, in: text).description, weight: weight)
  }

  /// Reads nodes that commas part; ids and addresses must differ. O(length).
  static func members(_ text: String) throws(PeerProblem) -> [Member] {
    var roll = PeerRoll()
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      try roll.add(try member(trimmed(entry)))
    }
    return roll.members
  }

  /// Reads addresses that commas part.
  static func targets(_ text: String) throws(PeerProblem) -> [HostPort] {
    var targets: [HostPort] = []
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let address = trimmed(entry)
      targets.append(try target(address, in: address))
    }
    return targets
  }

  /// The text that ``member(_:)`` reads as that node.
  static func show(_ member: Member) -> String {
    let weight = member.weight == 1 ? "" : "*\(member.weight)"
    return "\(member.id)=\(member.address)\(weight)"
  }

  /// What `read` complains about.
  static func problem<Value>(
    _ text: String, _ read: (String) throws(PeerProblem) -> Value
  ) -> String? {
    do throws(PeerProblem) {
      _ = try read(text)
      return nil
    } catch {
      return error.description
    }
  }

  private static func target(_ address: Substring, in entry: Substring) throws(PeerProblem)
    -> HostPort
  {
    guard let target = HostPort(String(address)), target.port > 0 else {
      let place = address == entry ? "" : " in '\(entry)'"
      throw PeerProblem("'\(address)'\(place) is not HOST:PORT")
    }
    return target
  }

  /// Without blanks at its ends.
  static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

/// Nodes collected one after the other: their ids and addresses differ, and they are not too many.
struct PeerRoll {
  /// In the order in which they came.
  private(set) var members: [Member] = []
  private var ids: Set<NodeID> = []
  private var addresses: [String: NodeID] = [:]

  /// Takes one more.
  mutating func add(_ member: Member) throws(PeerProblem) {
    guard ids.insert(member.id).inserted else {
      throw PeerProblem("'\(member.id)' is named twice")
    }
    if let other = addresses.updateValue(member.id, forKey: member.address) {
      throw PeerProblem("'\(other)' and '\(member.id)' have the same address \(member.address)")
    }
    guard ids.count <= RouterLimits.nodesMax else {
      throw PeerProblem("more than \(RouterLimits.nodesMax) nodes")
    }
    members.append(member)
  }
}
