// SPDX-License-Identifier: Apache-2.0
import CPCRE2
import Shard
import Synchronization

/// Why a text is no regular expression.
struct RegularExpressionError: Error, Hashable {
  /// The library's words.
  let message: String
  /// Where in the pattern, in bytes from 0.
  let offset: Int
}

/// A regular expression over whole texts: PCRE2's, compiled to machine code where it can be.
///
/// A `.` is any character, line feeds included. What it may take is bounded: a pattern that
/// back-tracks without end is given up, which ``hasGivenUp`` remembers, since what it would have
/// chosen is then not known.
@safe
final class RegularExpression: TextPattern {
  /// As PCRE2 counts them, some ten nanoseconds each: 1 ms for one text.
  static let stepsMax: UInt32 = 100_000
  /// What matching may take on the heap, where it is not compiled to machine code.
  static let heapKibibytesMax: UInt32 = 4096
  /// What a match may take on its own stack where it is.
  static let stackBytesMax = 512 << 10
  /// A scan may take so long at first, then so long a text.
  static let scanTimeMin = Duration.milliseconds(50)
  static let scanTimePerText = Duration.microseconds(5)

  /// The pattern.
  let text: String
  // Never changed once it is made; threads may share it (pcre2api, "Multithreading").
  fileprivate nonisolated(unsafe) let code: OpaquePointer
  private let gaveUp = Atomic(false)

  /// Compiles a pattern. O(pattern).
  ///
  /// - Throws: ``RegularExpressionError`` for a text that is none.
  init(_ text: String) throws(RegularExpressionError) {
    self.text = text
    let bytes = Array(text.utf8)
    var status: Int32 = 0
    var offset = 0
    let code = unsafe bytes.withUnsafeBufferPointer { bytes in
      var none: UInt8 = 0
      return unsafe withUnsafePointer(to: &none) { none in
        unsafe pcre2_compile_8(
          bytes.baseAddress ?? none, bytes.count, Self.options, &status, &offset, nil)
      }
    }
    guard let code = unsafe code else {
      throw RegularExpressionError(message: Self.message(status), offset: offset)
    }
    // Where it cannot be, matching works as well, but slower.
    _ = unsafe pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
    unsafe self.code = unsafe code
  }

  deinit { unsafe pcre2_code_free_8(code) }

  /// A match took more than it may: texts count as not matched since.
  var hasGivenUp: Bool { gaveUp.load(ordering: .relaxed) }

  func giveUp() { gaveUp.store(true, ordering: .relaxed) }

  func makeMatcher() -> any TextMatcher { RegularExpressionMatcher(self) }

  private static let options =
    PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOTALL
    | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C

  private static func message(_ status: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      unsafe pcre2_get_error_message_8(status, buffer.baseAddress, buffer.count)
    }
    return String(decoding: buffer.prefix(max(0, Int(count))), as: UTF8.self)
  }
}

/// A ``RegularExpression`` in use by one scan. Owns what a match works on.
@safe
private final class RegularExpressionMatcher: TextMatcher {
  /// Texts between two looks at the time.
  private static let textsPerLook = 64

  private let pattern: RegularExpression
  private let data: OpaquePointer?
  private let context: OpaquePointer?
  private let stack: OpaquePointer?
  private let start = ThreadTime.now
  private var texts = 0

  init(_ pattern: RegularExpression) {
    self.pattern = pattern
    unsafe data = unsafe pcre2_match_data_create_8(1, nil)
    unsafe context = unsafe pcre2_match_context_create_8(nil)
    unsafe stack = unsafe pcre2_jit_stack_create_8(
      32 << 10, RegularExpression.stackBytesMax, nil)
    _ = unsafe pcre2_set_match_limit_8(context, RegularExpression.stepsMax)
    _ = unsafe pcre2_set_depth_limit_8(context, RegularExpression.stepsMax)
    _ = unsafe pcre2_set_heap_limit_8(context, RegularExpression.heapKibibytesMax)
    unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
  }

  deinit {
    unsafe pcre2_match_data_free_8(data)
    unsafe pcre2_match_context_free_8(context)
    unsafe pcre2_jit_stack_free_8(stack)
  }

  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    guard !pattern.hasGivenUp, isInTime(), let data = unsafe data, let context = unsafe context
    else {
      pattern.giveUp()
      return false
    }
    var none: UInt8 = 0
    let result = unsafe withUnsafePointer(to: &none) { none in
      let start = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? none
      return unsafe pcre2_match_8(pattern.code, start, text.count, 0, 0, data, context)
    }
    if result >= 0 { return true }
    if result != PCRE2_ERROR_NOMATCH { pattern.giveUp() }
    return false
  }

  private func isInTime() -> Bool {
    texts += 1
    guard texts % Self.textsPerLook == 0 else { return true }
    let limit = RegularExpression.scanTimeMin + RegularExpression.scanTimePerText * texts
    return ThreadTime.now - start < limit
  }
}
