// SPDX-License-Identifier: Apache-2.0
import Router

extension ValueKind where Value == NodeID {
  /// A name of a node or a cluster.
  static func nodeID(_ placeholder: String) -> Self {
    ValueKind(
      placeholder: placeholder, expected: PeerText.expectedID, parse: { NodeID($0) },
      show: { $0.text })
  }
}

extension ValueKind where Value == HostPort {
  /// Where something is reached: the port is no 0.
  static let target = ValueKind(
    placeholder: "HOST:PORT", expected: "HOST:PORT, such as 10.0.0.7:50052 or [::1]:50052",
    parse: { HostPort($0).flatMap { $0.port > 0 ? $0 : nil } }, show: { $0.description })
}

extension ValueKind where Value == HostPort {
  /// Who is asked for names: itself no name.
  static let nameServer = ValueKind(
    placeholder: "ADDRESS:PORT", expected: "ADDRESS:PORT, such as 10.0.0.2:53 or [::1]:53",
    parse: { HostPort($0).flatMap { $0.port > 0 && $0.hasNumericHost ? $0 : nil } },
    show: { $0.description })
}

extension HostPort {
  /// Whether the host is an address, not a name.
  fileprivate var hasNumericHost: Bool {
    if host.contains(":") { return host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && !$0.hasPrefix("+") }
  }
}

extension ValueKind where Value == [HostPort] {
  /// Several of them.
  static let targets = ValueKind(
    placeholder: "HOST:PORT,...", expected: "HOST:PORT,HOST:PORT,...",
    parse: { try? PeerText.targets($0) },
    show: { $0.map(\.description).joined(separator: ",") },
    explain: { PeerText.problem($0, PeerText.targets) })
}

extension ValueKind where Value == [Member] {
  /// Nodes by name.
  static let peers = ValueKind(
    placeholder: "ID=HOST:PORT,...", expected: "ID=HOST:PORT,ID=HOST:PORT*WEIGHT,...",
    parse: { try? PeerText.members($0) },
    show: { $0.map(PeerText.show).joined(separator: ",") },
    explain: { PeerText.problem($0, PeerText.members) })
}

extension ValueKind where Value == PeerName {
  /// A name that the domain name system knows.
  static let peerName = ValueKind(
    placeholder: "NAME", expected: "NAME, NAME:PORT or srv:NAME",
    parse: { PeerName($0) }, show: { $0.description })
}

extension ValueKind where Value == String {
  /// The beginning of keys in etcd.
  static let keyPrefix = ValueKind(
    placeholder: "KEY", expected: "a text without white space, at most 256 bytes",
    parse: { text in
      let isFit =
        (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
      return isFit ? text : nil
    }, show: { $0 })
}
