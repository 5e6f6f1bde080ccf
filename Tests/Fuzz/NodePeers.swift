// SPDX-License-Identifier: Apache-2.0
@testable import Node

/// Any bytes as a file of peers, as a list of them, and as a node's value in etcd: they are read or
/// refused, and what was read can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNodePeers(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let text = String(decoding: bytes, as: UTF8.self)
  if let snapshot = try? PeerLines.snapshot(text) {
    let lines = snapshot.members.map { PeerText.show($0) + "\n" }.joined()
    precondition((try? PeerLines.snapshot(lines)) == snapshot, lines)
  }
  if let members = try? PeerText.members(text) {
    let list = members.map(PeerText.show).joined(separator: ",")
    precondition((try? PeerText.members(list)) == members, list)
  }
  if let name = PeerName(text) { precondition(PeerName(name.description) == name, text) }
  if let node = try? EtcdNode(bytes) {
    precondition((try? EtcdNode(Array(node.text.utf8))) == node, node.text)
  }
  return 0
}
