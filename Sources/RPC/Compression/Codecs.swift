// SPDX-License-Identifier: Apache-2.0

/// Compression contexts, made on first use and reused: one set for each loop.
///
/// gRPC keeps no compression state from one message to the next, so streams need no contexts of
/// their own. Confined to whoever owns it; not `Sendable`.
final class Codecs {
  private var gzipDecoder: GzipDecoder?
  private var zstdDecoder: ZstdDecoder?
  private var lz4Decoder: LZ4Decoder?
  private var gzipEncoder: GzipEncoder?
  private var zstdEncoder: ZstdEncoder?
  /// The last decompressed message. Its storage is used again once nobody else holds it.
  private var decompressed: [UInt8] = []

  init() {}

  /// Decompresses one message behind a prefix with flag 0: a run of one.
  ///
  /// - Parameters:
  ///   - input: holds the compressed message in `range`.
  ///   - bytesMax: limit of the message's decompressed length; never inflated past it.
  func decompressFramed(
    _ input: RawSpan, _ range: Range<Int>, _ encoding: Encoding, bytesMax: Int
  ) -> Result<[UInt8], DecompressionError> {
    let keeps = decompressed.capacity <= Limits.decompressedBytesKeptMax
    decompressed.removeAll(keepingCapacity: keeps)
    decompressed.appendPrefixPlaceholder()
    let error = decompress(input, range, encoding, bytesMax: bytesMax)
    if let error { return .failure(error) }
    let length = decompressed.count - MessagePrefix.byteCount
    MessagePrefix.write(flag: 0, length: length, into: &decompressed, at: 0)
    return .success(decompressed)
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
    _ input: RawSpan, _ range: Range<Int>, _ encoding: Encoding, bytesMax: Int
  ) -> DecompressionError? {
    switch encoding {
    case .identity:
      preconditionFailure("identity is no compression")
    case .gzip:
      if gzipDecoder == nil { gzipDecoder = GzipDecoder() }
      return gzipDecoder?.decode(input, range, bytesMax: bytesMax, into: &decompressed) ?? nil
    case .zstd:
      if zstdDecoder == nil { zstdDecoder = ZstdDecoder() }
      return zstdDecoder?.decode(input, range, bytesMax: bytesMax, into: &decompressed) ?? nil
    case .lz4:
      if lz4Decoder == nil { lz4Decoder = LZ4Decoder() }
      return lz4Decoder?.decode(input, range, bytesMax: bytesMax, into: &decompressed) ?? nil
    }
  }
}
