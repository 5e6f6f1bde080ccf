// SPDX-License-Identifier: Apache-2.0

/// Compression contexts, made on first use and reused, and memory for messages: one set for each
/// loop.
///
/// gRPC keeps no compression state from one message to the next, so streams need no contexts of
/// their own. Confined to whoever owns it; not `Sendable`.
final class Codecs {
  private var gzipDecoder: GzipDecoder?
  private var zstdDecoder: ZstdDecoder?
  private var lz4Decoder: LZ4Decoder?
  private var gzipEncoder: GzipEncoder?
  private var zstdEncoder: ZstdEncoder?
  /// The last message of ``openFramed(_:_:_:bytesMax:)``. Its storage is used again once nobody
  /// else holds it.
  private var opened: [UInt8] = []
  /// Memory that messages were joined in.
  private var joined: [[UInt8]] = []

  init() {}

  /// Memory to join a message of so many bytes in, which may have room for more; as good as none
  /// for a small one. The kernel gives large memory page by page, which costs more than to fill it.
  func takeRoom(_ bytes: Int) -> [UInt8] {
    guard bytes >= Limits.joinedBytesReusedMin else { return [] }
    return joined.popLast() ?? []
  }

  /// Takes memory back when the message in it has been used.
  func giveBackRoom(_ message: consuming [UInt8]) {
    guard joined.count < Limits.joinedBuffersKeptMax,
      (Limits.joinedBytesReusedMin...Limits.joinedBytesKeptMax).contains(message.capacity)
    else { return }
    message.removeAll(keepingCapacity: true)
    joined.append(message)
  }

  /// Decompresses one message behind a prefix with flag 0: a run of one.
  ///
  /// - Parameters:
  ///   - input: holds the compressed message in `range`.
  ///   - bytesMax: limit of the message's decompressed length; never inflated past it.
  func openFramed(
    _ input: RawSpan, _ range: Range<Int>, _ encoding: Encoding, bytesMax: Int
  ) -> Result<[UInt8], DeframingError> {
    let keeps = opened.capacity <= Limits.decompressedBytesKeptMax
    opened.removeAll(keepingCapacity: keeps)
    opened.appendPrefixPlaceholder()
    if let error = decompress(input, range, encoding, bytesMax: bytesMax, to: &opened) {
      return .failure(DeframingError(error, encoding, bytesMax: bytesMax))
    }
    let length = opened.count - MessagePrefix.byteCount
    MessagePrefix.write(flag: 0, length: length, into: &opened, at: 0)
    return .success(opened)
  }

  /// Decompresses one message, as ``MessageDeframer/Output/compressed(_:windowBytes:)`` gives it.
  ///
  /// - Parameter bytesMax: limit of the message's decompressed length; never inflated past it.
  func open(
    _ message: [UInt8], _ encoding: Encoding, bytesMax: Int
  ) throws(DeframingError) -> ReceivedMessage {
    var bytes: [UInt8] = []
    let error = unsafe decompress(
      message.span.bytes, message.indices, encoding, bytesMax: bytesMax, to: &bytes)
    if let error { throw DeframingError(error, encoding, bytesMax: bytesMax) }
    return ReceivedMessage(bytes: bytes, wasCompressed: true)
  }

  /// Appends the compressed form of `message`, which may be longer than `message`. `encoding` must
  /// not be `.identity`.
  func compress(_ message: [UInt8], _ encoding: Encoding, to output: inout [UInt8]) {
    switch encoding {
    case .identity:
      preconditionFailure("identity is no compression")
    case .gzip:
      if gzipEncoder == nil { gzipEncoder = GzipEncoder() }
      gzipEncoder?.append(message, to: &output)
    case .zstd:
      if zstdEncoder == nil { zstdEncoder = ZstdEncoder() }
      zstdEncoder?.append(message, to: &output)
    case .lz4:
      LZ4Encoder.append(message, to: &output)
    }
  }

  private func decompress(
    _ input: RawSpan, _ range: Range<Int>, _ encoding: Encoding, bytesMax: Int,
    to output: inout [UInt8]
  ) -> DecompressionError? {
    switch encoding {
    case .identity:
      preconditionFailure("identity is no compression")
    case .gzip:
      if gzipDecoder == nil { gzipDecoder = GzipDecoder() }
      return gzipDecoder?.decode(input, range, bytesMax: bytesMax, to: &output) ?? nil
    case .zstd:
      if zstdDecoder == nil { zstdDecoder = ZstdDecoder() }
      return zstdDecoder?.decode(input, range, bytesMax: bytesMax, to: &output) ?? nil
    case .lz4:
      if lz4Decoder == nil { lz4Decoder = LZ4Decoder() }
      return lz4Decoder?.decode(input, range, bytesMax: bytesMax, to: &output) ?? nil
    }
  }
}
