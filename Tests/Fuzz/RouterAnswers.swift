// SPDX-License-Identifier: Apache-2.0
internal import Router
internal import Shard

/// Reads an answer out of arbitrary messages; what is one is written and read again, and must be
/// the same.
///
/// Input: messages, each behind two bytes of its length, low byte first.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAnswers(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: size))
  var messages: [[UInt8]] = []
  var rest = input[...]
  while rest.count >= 2 {
    let length = Int(rest.removeFirst()) | Int(rest.removeFirst()) << 8
    messages.append(Array(rest.prefix(length)))
    rest = rest.dropFirst(length)
  }
  guard let answer = read(messages) else { return 0 }
  var parts = AnswerParts(answer)
  var again: [[UInt8]] = []
  while let part = parts.next() { again.append(part) }
  guard let second = read(again) else { preconditionFailure("an answer that is none when sent on") }
  precondition(answer.head == second.head, "the head has changed")
  precondition(answer.sections.map(\.origin) == second.sections.map(\.origin), "other sections")
  for (left, right) in zip(answer.sections, second.sections) {
    precondition(left.report.nameBytes == right.report.nameBytes, "other names")
    precondition(left.report.nameEnds == right.report.nameEnds, "other names")
    precondition(left.report.counts == right.report.counts, "other counts")
    precondition(left.report.minima == right.report.minima, "other minima")
  }
  var merger = ReportMerger()
  for section in answer.sections { merger.add(section.report) }
  _ = merger.finish()
  return 0
}

private func read(_ messages: [[UInt8]]) -> PeerAnswer? {
  var reader = AnswerReader()
  do {
    for message in messages { try reader.received(message) }
    return try reader.finish()
  } catch {
    return nil
  }
}
