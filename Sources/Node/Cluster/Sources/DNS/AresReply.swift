// SPDX-License-Identifier: Apache-2.0
import CCares
import Glibc

/// The addresses of one family that a name has.
final class AddressReply {
  private let name: String
  private var status: Int32 = ARES_ECANCELLED
  private var found: [String] = []

  init(of name: String) { self.name = name }

  /// None when the name has none; throws when that could not be learned.
  func addresses() throws(DNSFailure) -> [String] {
    switch status {
    case ARES_SUCCESS: return found
    case ARES_ENODATA, ARES_ENOTFOUND: return []
    default: throw DNSFailure(status, of: name)
    }
  }

  /// Copies what the library found.
  func take(_ status: Int32, _ list: UnsafePointer<ares_addrinfo>?) {
    self.status = status
    guard status == 0, let list = unsafe list else { return }
    var node = unsafe list.pointee.nodes
    while let address = unsafe node {
      if let text = unsafe Self.text(address.pointee) { found.append(text) }
      unsafe node = address.pointee.ai_next
    }
  }

  private static func text(_ node: ares_addrinfo_node) -> String? {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = unsafe getnameinfo(
      node.ai_addr, node.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    guard status == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// The SRV records that a name has.
final class ServiceReply {
  private let name: String
  private var status: Int32 = ARES_ECANCELLED
  private var found: [DNSService] = []

  init(of name: String) { self.name = name }

  /// Without addresses. None when the name has none; throws when that could not be learned.
  func services() throws(DNSFailure) -> [DNSService] {
    switch status {
    case ARES_SUCCESS: return found
    case ARES_ENODATA, ARES_ENOTFOUND: return []
    default: throw DNSFailure(status, of: name)
    }
  }

  /// Parses the answer's bytes.
  func take(_ status: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int32) {
    self.status = status
    guard status == 0, let bytes = unsafe bytes else { return }
    var list: UnsafeMutablePointer<ares_srv_reply>?
    self.status = unsafe ares_parse_srv_reply(bytes, count, &list)
    var record = unsafe list
    while let service = unsafe record {
      let target = unsafe String(cString: service.pointee.host)
      let port = unsafe Int(service.pointee.port)
      found.append(DNSService(target: target, port: port, addresses: []))
      unsafe record = service.pointee.next
    }
    unsafe ares_free_data(list)
  }
}
