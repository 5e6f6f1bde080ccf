// SPDX-License-Identifier: Apache-2.0

extension MessageDeframer {
  /// What ``next(in:_:codecs:)`` found.
  enum Output: Equatable {
    /// Whole uncompressed messages, in place: a range of the chunk. It took as many flow-control
    /// bytes as it is long; return them when the messages have been consumed.
    case run(Range<Int>)
    /// One message that could not stay in place. The array is a run of its own, prefix included.
    /// `windowBytes` are the bytes of *this* chunk that it took; earlier ones were `copiedBytes`.
    case held([UInt8], wasCompressed: Bool, windowBytes: Int)
    /// One message as it came, without its prefix; only with ``Compressed/kept``. Decompress it
    /// with ``Codecs/open(_:_:bytesMax:)`` when it is consumed. `windowBytes` as for `held`.
    case compressed([UInt8], windowBytes: Int)
    /// Nothing is left in the chunk. Its last `copiedBytes` bytes begin or continue a message and
    /// have been copied: see ``StreamCredit`` for when to return them.
    case exhausted(copiedBytes: Int)
    /// The stream is malformed, now and for every later call. All bytes that this chunk still owes
    /// an account of are in `rest`.
    case failed(DeframingError)
  }

  /// What becomes of compressed messages.
  enum Compressed {
    /// They are decompressed at once: for consumers that take messages in place.
    case opened
    /// They stay compressed: for consumers that let messages wait.
    case kept
  }
}
