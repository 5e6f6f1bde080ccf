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
    precondition(left.report.squares == right.report.squares, "other squares")
    precondition(left.report.last == right.report.last, "other latest values")
    precondition(left.report.lastSeen == right.report.lastSeen, "other times")
    precondition(left.report.firstSeen == right.report.firstSeen, "other times")
    precondition(left.report.kinds == right.report.kinds, "other kinds")
    compareHistograms(left.report, right.report)
  }
  var merger = ReportMerger()
  for section in answer.sections { merger.add(section.report) }
  let merged = merger.finish()
  for row in 0..<merged.count {
    precondition(merged.squares[row] >= 0, "squares are no number")
    if let quantile = merged.quantile(0.5, row: row) {
      precondition(quantile.isFinite && merged.quantileError(row: row) != nil, "no quantile")
    }
  }
  return 0
}

private func compareHistograms(_ left: PartialReport, _ right: PartialReport) {
  for row in 0..<left.count {
    precondition(
      left.histograms?[row] ?? Histogram() == right.histograms?[row] ?? Histogram(),
      "other histograms")
  }
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
