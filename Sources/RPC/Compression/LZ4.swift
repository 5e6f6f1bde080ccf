// SPDX-License-Identifier: Apache-2.0

internal import CLZ4

/// The LZ4 frame format to bytes. Frames, also skippable ones, may follow one another.
///
/// A context's memory follows the frame's block size, of which the format knows four: at most
/// 4 MiB of input and 4 MiB + 128 KiB of output, whatever content size a header claims.
/// `@safe`: the pointer is private, owned and freed here.
@safe struct LZ4Decoder: ~Copyable, BoundedDecoder {
  private var context = unsafe LZ4Decoder.makeContext()
  private var isAtEndOfFrame = true

  init() {}

  deinit {
    unsafe LZ4F_freeDecompressionContext(context)
  }

  /// A context that was left inside a frame is replaced: `LZ4F_resetDecompressionContext` of liblz4
  /// 1.9.4 keeps the content size that such a frame claimed, and the next good frame would be
  /// refused for not having it.
  mutating func begin(bytesMax: Int) {
    if !isAtEndOfFrame {
      unsafe LZ4F_freeDecompressionContext(context)
      unsafe context = Self.makeContext()
    }
    isAtEndOfFrame = false
  }

  private static func makeContext() -> OpaquePointer {
    var made: OpaquePointer?
    let result = unsafe LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(result) == 0, let made = unsafe made else {
      preconditionFailure("out of memory")
    }
    return unsafe made
  }

  mutating func step(
    _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableBufferPointer<UInt8>,
    _ written: inout Int
  ) -> DecoderStep {
    while true {
      var used = input.count
      var made = output.count - written
      let target = unsafe output.baseAddress.map { unsafe $0 + written }
      let result = unsafe LZ4F_decompress(context, target, &made, input.baseAddress, &used, nil)
      if LZ4F_isError(result) != 0 {
        return .failed(.corrupt(unsafe String(cString: LZ4F_getErrorName(result))))
      }
      unsafe input = UnsafeRawBufferPointer(rebasing: input.dropFirst(used))
      written += made
      let isUsedUp = unsafe input.isEmpty
      if result == 0 && isUsedUp {
        isAtEndOfFrame = true
        return .finished
      }
      let isFull = written == output.count
      if isFull || isUsedUp || (used == 0 && made == 0) { return .stopped }
    }
  }
}

/// Bytes to one LZ4 frame: independent blocks of 64 KiB, no checksums (TCP has its own).
enum LZ4Encoder {
  /// Appends `message`. Needs no context: the compressor's 16 KiB table lives on the stack.
  static func append(_ message: [UInt8], to output: inout [UInt8]) {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.blockSizeID = LZ4F_max64KB
    preferences.frameInfo.blockMode = LZ4F_blockIndependent
    let room = unsafe LZ4F_compressFrameBound(message.count, &preferences)
    unsafe message.withUnsafeBytes { input in
      output.append(addingCapacity: room) { free in
        unsafe free.withUnsafeMutableBufferPointer { buffer, written in
          let result = unsafe LZ4F_compressFrame(
            buffer.baseAddress, buffer.count, input.baseAddress, input.count, &preferences)
          precondition(LZ4F_isError(result) == 0, "LZ4 past its own bound")
          written = result
        }
      }
    }
  }
}
