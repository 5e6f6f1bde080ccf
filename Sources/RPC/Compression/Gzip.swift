// SPDX-License-Identifier: Apache-2.0

internal import CZlib

/// zlib's window bits: 15 for the largest window of deflate, 16 more for the gzip wrapper.
private let gzipWindowBits: Int32 = 15 + 16

/// gzip (RFC 1952) to bytes. Members may follow one another; anything else after the last is an
/// error. About 40 KiB of context once used.
/// `@safe`: the pointer is private, owned and freed here.
@safe struct GzipDecoder: ~Copyable, BoundedDecoder {
  /// On the heap, because zlib's state points back at it.
  private let stream: UnsafeMutablePointer<z_stream>

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let result = unsafe inflateInit2_(
      stream, gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "inflateInit2 failed: \(result)")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  mutating func begin(bytesMax: Int) {
    unsafe inflateReset(stream)
  }

  mutating func step(
    _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableBufferPointer<UInt8>,
    _ written: inout Int
  ) -> DecoderStep {
    // zlib counts in 32 bits; the deframer's lengths are 32-bit numbers.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(input.count)
    unsafe stream.pointee.next_out = output.baseAddress.map { unsafe $0 + written }
    unsafe stream.pointee.avail_out = UInt32(output.count - written)
    defer {
      let used = unsafe input.count - Int(stream.pointee.avail_in)
      unsafe input = UnsafeRawBufferPointer(rebasing: input.dropFirst(used))
      unsafe written = output.count - Int(stream.pointee.avail_out)
    }
    while true {
      let result = unsafe inflate(stream, Z_NO_FLUSH)
      switch result {
      case Z_STREAM_END:
        if unsafe stream.pointee.avail_in == 0 { return .finished }
        unsafe inflateReset(stream)
      case Z_OK, Z_BUF_ERROR:
        return .stopped
      default:
        let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
        return .failed(.corrupt(reason ?? "inflate returned \(result)"))
      }
    }
  }
}

/// Bytes to gzip, at zlib's default level. About 270 KiB of context.
/// `@safe` as the decoder.
@safe struct GzipEncoder: ~Copyable {
  private let stream: UnsafeMutablePointer<z_stream>

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let result = unsafe deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzipWindowBits, 8, Z_DEFAULT_STRATEGY,
      ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "deflateInit2 failed: \(result)")
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Appends `message` as one gzip member.
  mutating func append(_ message: [UInt8], to output: inout [UInt8]) {
    unsafe deflateReset(stream)
    let room = Int(unsafe deflateBound(stream, UInt(message.count)))
    unsafe message.withUnsafeBufferPointer { input in
      output.append(addingCapacity: room) { free in
        unsafe free.withUnsafeMutableBufferPointer { buffer, written in
          unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
          unsafe stream.pointee.avail_in = UInt32(input.count)
          unsafe stream.pointee.next_out = buffer.baseAddress
          unsafe stream.pointee.avail_out = UInt32(buffer.count)
          let result = unsafe deflate(stream, Z_FINISH)
          precondition(result == Z_STREAM_END, "deflate past its own bound: \(result)")
          unsafe written = buffer.count - Int(stream.pointee.avail_out)
        }
      }
    }
  }
}
