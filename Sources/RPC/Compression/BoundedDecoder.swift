// SPDX-License-Identifier: Apache-2.0

/// Why a message could not be decompressed.
enum DecompressionError: Error, Hashable {
  /// Not what the encoding promised; the reason is the codec's own or ours.
  case corrupt(String)
  /// More bytes than allowed come out, or are claimed to.
  case tooLarge
}

/// A codec that decompresses one message in steps.
protocol BoundedDecoder: ~Copyable {
  /// Forgets the message before, however it ended.
  ///
  /// - Parameter bytesMax: limit of the next message's decompressed length.
  mutating func begin(bytesMax: Int)

  /// Decodes from the front of `input`, which it advances, to `output` from `written` on, which it
  /// advances too. Both pointers are valid only during the call.
  mutating func step(
    _ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableBufferPointer<UInt8>,
    _ written: inout Int
  ) -> DecoderStep
}

/// What one step of a ``BoundedDecoder`` came to.
enum DecoderStep: Equatable {
  /// All input was used and everything it holds was written.
  case finished
  /// The output is full, or the input used up in the middle.
  case stopped
  case failed(DecompressionError)
}

extension BoundedDecoder where Self: ~Copyable {
  /// Appends a decompressed message to `output`. The room asked for grows with what has come out,
  /// never with what a header claims, and ends one byte after the limit: the byte that tells a
  /// message that just fits from one that does not.
  ///
  /// - Returns: nil, or what was wrong; `output` then holds a part of the message.
  mutating func decode(
    _ input: RawSpan, _ range: Range<Int>, bytesMax: Int, to output: inout [UInt8]
  ) -> DecompressionError? {
    begin(bytesMax: bytesMax)
    let message = input.extracting(range)
    // Pointers into the span and into the array's free room stay inside these closures.
    return unsafe message.withUnsafeBytes { bytes -> DecompressionError? in
      var rest = unsafe bytes
      let start = output.count
      while true {
        let produced = output.count - start
        let wanted = max(produced, min(4 * range.count, Limits.decompressionStepBytes))
        let room = min(max(wanted, 64), bytesMax - produced + 1)
        var result = DecoderStep.stopped
        output.append(addingCapacity: room) { free in
          unsafe free.withUnsafeMutableBufferPointer { buffer, written in
            unsafe result = step(&rest, buffer, &written)
          }
        }
        let written = output.count - start - produced
        if produced + written > bytesMax { return .tooLarge }
        switch result {
        case .finished: return nil
        case .failed(let error): return error
        case .stopped where written < room: return .corrupt("it ends too early")
        case .stopped: continue
        }
      }
    }
  }
}
