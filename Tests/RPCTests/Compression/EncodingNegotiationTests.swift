// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

@Suite("Encoding negotiation")
struct EncodingNegotiationTests {
  @Test("knows four encodings, and identity when nothing is announced")
  func announced() throws {
    #expect(try Encoding.announced(nil) == .identity)
    for encoding in Encoding.allCases {
      #expect(try Encoding.announced(Array(encoding.rawValue.utf8)) == encoding)
    }
  }

  @Test(
    "names the supported encodings when it refuses one",
    arguments: ["snappy", "GZIP", "", "gzip,lz4"])
  func unsupported(name: String) {
    let error = UnsupportedEncoding(name: name)
    #expect(throws: error) { try Encoding.announced(Array(name.utf8)) }
    let message = "grpc-encoding \(name) is not supported; supported are identity,gzip,zstd,lz4"
    #expect(error.serverStatus == RPCStatus(.unimplemented, message))
    #expect(error.clientStatus == RPCStatus(.internal, message))
  }

  @Test(
    "answers with the wanted encoding only if the peer can read it",
    arguments: [
      (nil, .gzip, .identity), ("", .gzip, .identity), ("gzip", .gzip, .gzip),
      ("identity, deflate, gzip", .gzip, .gzip), ("deflate", .lz4, .identity),
      ("gzip\t,zstd , lz4", .zstd, .zstd), (",,lz4,", .lz4, .lz4), ("gzip", .identity, .identity),
    ] as [(String?, Encoding, Encoding)])
  func chooses(accepted: String?, wanted: Encoding, chosen: Encoding) {
    #expect(AcceptedEncodings(accepted.map { Array($0.utf8) }).choose(wanted) == chosen)
  }

  @Test("always accepts identity")
  func identity() {
    #expect(AcceptedEncodings(nil).contains(.identity))
    #expect(AcceptedEncodings(Array("gzip".utf8)).contains(.identity))
  }
}
