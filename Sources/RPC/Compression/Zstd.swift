// SPDX-License-Identifier: Apache-2.0

internal import CZstd

/// zstd (RFC 8878) to bytes. Frames, also skippable ones, may follow one another.
///
/// Context memory is bounded: a frame whose window is larger than the decoder allows is refused
/// before zstd allocates it, and so is one that claims more content than the message may have.
/// `@safe`: the pointer is private, owned and freed here.
@safe struct ZstdDecoder: ~Copyable, BoundedDecoder {
  private let context: OpaquePointer
  private var bytesMax = 0
  private var isAtFrameStart = true

  init() {
    guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("out of memory") }
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeDCtx(context)
  }

  mutating func begin(bytesMax: Int) {
    self.bytesMax = bytesMax
    isAtFrameStart = true
    unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
    unsafe ZSTD_DCtx_setParameter(
      context, ZSTD_d_windowLogMax, Limits.zstdWindowLogMax(messageBytesMax: bytesMax))
  }

  mutating func step(
    _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableBufferPointer<UInt8>,
    _ written: inout Int
  ) -> DecoderStep {
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: written)
    defer {
      unsafe input = UnsafeRawBufferPointer(rebasing: input.dropFirst(source.pos))
      unsafe written = target.pos
    }
    while true {
      if isAtFrameStart {
        let left = unsafe UnsafeRawBufferPointer(rebasing: input.dropFirst(source.pos))
        if unsafe claimsTooMuch(left) { return .failed(.tooLarge) }
      }
      let before = unsafe (source.pos, target.pos)
      let result = unsafe ZSTD_decompressStream(context, &target, &source)
      if ZSTD_isError(result) != 0 {
        return .failed(.corrupt(unsafe String(cString: ZSTD_getErrorName(result))))
      }
      isAtFrameStart = result == 0
      if unsafe result == 0 && source.pos == source.size { return .finished }
      let isStuck = unsafe before == (source.pos, target.pos)
      if unsafe target.pos == target.size || source.pos == source.size || isStuck {
        return .stopped
      }
    }
  }

  private func claimsTooMuch(_ frame: UnsafeRawBufferPointer) -> Bool {
    let claimed = unsafe ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    // The two largest values are the macros ZSTD_CONTENTSIZE_UNKNOWN (-1) and _ERROR (-2).
    return claimed < UInt64.max - 1 && claimed > UInt64(bytesMax)
  }
}

/// Bytes to zstd, at zstd's default level.
/// `@safe` as the decoder.
@safe struct ZstdEncoder: ~Copyable {
  private let context: OpaquePointer

  init() {
    guard let context = unsafe ZSTD_createCCtx() else { preconditionFailure("out of memory") }
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeCCtx(context)
  }

  /// Appends `message` as one frame that states its content size.
  mutating func append(_ message: [UInt8], to output: inout [UInt8]) {
    let room = ZSTD_compressBound(message.count)
    unsafe message.withUnsafeBytes { input in
      output.append(addingCapacity: room) { free in
        unsafe free.withUnsafeMutableBufferPointer { buffer, written in
          let result = unsafe ZSTD_compressCCtx(
            context, buffer.baseAddress, buffer.count, input.baseAddress, input.count,
            ZSTD_CLEVEL_DEFAULT)
          precondition(ZSTD_isError(result) == 0, "zstd past its own bound")
          written = result
        }
      }
    }
  }
}
