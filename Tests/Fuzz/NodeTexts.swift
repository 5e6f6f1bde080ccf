// SPDX-License-Identifier: Apache-2.0
@testable import Node

/// Any text as a time, a span, a number of bytes and an address: what is read is what was written,
/// and is read again from what it is shown as.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNodeTexts(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  if let time = TimeText(text) { check(time) }
  if let duration = DurationText.parse(text) {
    precondition(duration >= .zero, "negative: \(text)")
    precondition(DurationText.parse(DurationText.show(duration)) == duration, text)
    // Digits of a fraction that a nanosecond cannot hold must be zeros.
    let fraction = text.split(separator: ".").dropFirst().map { $0.prefix { $0.isNumber } }
    precondition(fraction.allSatisfy { $0.dropFirst(14).allSatisfy { $0 == "0" } }, text)
  }
  if let bytes = ByteText.parse(text) {
    precondition(bytes >= 0 && ByteText.parse(ByteText.show(bytes)) == bytes, text)
  }
  if let address = HostPort(text) {
    precondition(HostPort(address.description) == address, text)
  }
  return 0
}

/// A date comes back from the days since 1970 when these are counted one by one.
private func check(_ time: TimeText) {
  let now: Int64 = 1_700_000_000
  let seconds = time.seconds(now: now)
  if time.text.hasPrefix("-") { return precondition(seconds <= now) }
  precondition(seconds > 0)
  let text = Array(time.text.utf8)
  guard text.count > 10, text[4] == UInt8(ascii: "-"),
    text.last == UInt8(ascii: "Z") || text.last == UInt8(ascii: "z")
  else { return }
  guard text[17...18] != [0x36, 0x30] else { return }
  var days = seconds / 86_400
  var year: Int64 = 1970
  while days >= 365 + leap(year) {
    days -= 365 + leap(year)
    year += 1
  }
  let lengths = [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  var month = 0
  while days >= lengths[month] {
    days -= lengths[month]
    month += 1
  }
  let second = seconds % 86_400
  let fields = [
    padded(year, 4), padded(Int64(month + 1), 2), padded(days + 1, 2), padded(second / 3600, 2),
    padded(second / 60 % 60, 2), padded(second % 60, 2),
  ]
  let given = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19].map {
    String(decoding: text[$0], as: UTF8.self)
  }
  precondition(fields == given, "\(time.text) is \(fields)")
}

private func leap(_ year: Int64) -> Int64 {
  year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 1 : 0
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
