// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

@Suite("A deframing error")
struct DeframingErrorTests {
  @Test(
    "says in its status what went wrong",
    arguments: [
      (
        .messageTooLarge(bytes: 9, bytesMax: 8), .resourceExhausted,
        "message of 9 bytes is larger than the limit of 8 bytes"
      ),
      (
        .decompressedTooLarge(.zstd, bytesMax: 8), .resourceExhausted,
        "zstd message is larger than the limit of 8 bytes decompressed"
      ),
      (
        .compressedWithoutEncoding, .internal,
        "message has Compressed-Flag 1, but grpc-encoding names no compression"
      ),
      (
        .flagInvalid(9), .internal, "message has Compressed-Flag 9, which is neither 0 nor 1"
      ),
      (.corrupt(.gzip, "no header"), .internal, "message is not valid gzip: no header"),
      (
        .truncated(bytesMissing: 3), .internal,
        "stream ended inside a message: 3 bytes are missing"
      ),
    ] as [(DeframingError, RPCStatus.Code, String)])
  func status(error: DeframingError, code: RPCStatus.Code, message: String) {
    #expect(error.status == RPCStatus(code, message))
  }
}
