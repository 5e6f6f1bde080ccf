// SPDX-License-Identifier: Apache-2.0
import Router

/// What a node says of itself under its key: a JSON object, which people can read with `etcdctl`.
struct EtcdNode: Sendable, Hashable {
  /// `HOST:PORT` of its peer listener.
  var address: String
  /// Which of its lives.
  var incarnation: UInt64
  /// Its share of partitions.
  var weight: Int

  /// As given.
  init(address: String, incarnation: UInt64, weight: Int) {
    self.address = address
    self.incarnation = incarnation
    self.weight = weight
  }

  /// Reads ``text``; members that this version does not know are passed over. JSON is YAML.
  init(_ bytes: [UInt8]) throws(PeerProblem) {
    let values = try Self.values(bytes)
    guard let address = values["address"].flatMap({ HostPort($0) }), address.port > 0 else {
      throw PeerProblem("its `address` is not HOST:PORT")
    }
    guard let incarnation = values["incarnation"].flatMap({ UInt64($0) }), incarnation > 0 else {
      throw PeerProblem("its `incarnation` is not a number over 0")
    }
    let weight = values["weight"] ?? "1"
    guard let weight = Int(weight), (1...RouterLimits.weightMax).contains(weight) else {
      throw PeerProblem("its `weight` is not a number from 1 to \(RouterLimits.weightMax)")
    }
    self.init(address: address.description, incarnation: incarnation, weight: weight)
  }

  /// The object.
  var text: String {
    var writer = JSONWriter()
    writer.object {
      $0.member("address", address)
      $0.member("incarnation", incarnation)
      $0.member("weight", weight)
    }
    return writer.text
  }

  /// The members of an object that are no objects or lists themselves.
  private static func values(_ bytes: [UInt8]) throws(PeerProblem) -> [String: String] {
    let events = YAMLEvents(bytes)
    var values: [String: String] = [:]
    var depth = 0
    var key: String?
    do throws(YAMLProblem) {
      while true {
        switch try events.next().event {
        case .streamEnd: return values
        case .documentStart, .alias: break
        case .mappingStart, .sequenceStart: depth += 1
        case .mappingEnd, .sequenceEnd:
          depth -= 1
          // A nested value is over.
          if depth == 1 { key = nil }
        case .scalar(let text) where depth == 1:
          if let name = key.take() { values[name] = text } else { key = text }
        case .scalar: break
        }
      }
    } catch {
      throw PeerProblem("it is no JSON: \(error.message)")
    }
  }
}
