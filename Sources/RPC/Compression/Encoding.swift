// SPDX-License-Identifier: Apache-2.0

/// The message encodings of `grpc-encoding` that this runtime speaks.
public enum Encoding: String, Sendable, Hashable, CaseIterable {
  /// Bytes as they are.
  case identity
  /// RFC 1952.
  case gzip
  /// RFC 8878.
  case zstd
  /// The LZ4 frame format.
  case lz4
}
