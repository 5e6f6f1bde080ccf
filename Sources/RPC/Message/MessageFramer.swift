// SPDX-License-Identifier: Apache-2.0

/// Writes gRPC's length-prefixed messages.
enum MessageFramer {
  /// Appends prefix and message to `output`.
  ///
  /// A message that does not shrink is stored as it is, with Compressed-Flag 0, which the
  /// specification allows for every message whatever `grpc-encoding` says.
  ///
  /// - Parameter encoding: the encoding announced in `grpc-encoding`, or `.identity` for a message
  ///   that is to stay uncompressed.
  /// - Throws: RESOURCE_EXHAUSTED for a message of more than 2^32 - 1 bytes; `output` is unchanged.
  static func append(
    _ message: [UInt8], encoding: Encoding, codecs: Codecs, to output: inout [UInt8]
  ) throws(RPCError) {
    try requireLength(message)
    let start = output.count
    output.appendPrefixPlaceholder()
    let body = output.count
    if encoding != .identity {
      codecs.compress(message, encoding, to: &output)
      if output.count - body < message.count {
        MessagePrefix.write(flag: 1, length: output.count - body, into: &output, at: start)
        return
      }
      output.removeLast(output.count - body)
    }
    MessagePrefix.write(flag: 0, length: message.count, into: &output, at: start)
    output.append(contentsOf: message)
  }

  /// What comes before a message that is not compressed.
  ///
  /// - Throws: RESOURCE_EXHAUSTED for a message of more than 2^32 - 1 bytes.
  static func prefix(of message: [UInt8]) throws(RPCError) -> [UInt8] {
    try requireLength(message)
    var prefix: [UInt8] = []
    prefix.appendPrefixPlaceholder()
    MessagePrefix.write(flag: 0, length: message.count, into: &prefix, at: 0)
    return prefix
  }

  private static func requireLength(_ message: [UInt8]) throws(RPCError) {
    guard message.count > Int(UInt32.max) else { return }
    throw RPCError(
      .resourceExhausted,
      "message of \(message.count) bytes exceeds the 32-bit length of gRPC's prefix")
  }
}
