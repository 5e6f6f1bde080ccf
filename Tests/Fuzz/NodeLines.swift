// SPDX-License-Identifier: Apache-2.0
internal import TributaryClient

@testable import Node

/// Any bytes as lines of points, in blocks of a size that the first byte chooses: the points are
/// those that come out of the whole text at once, a series reads the same when it is shown, and
/// every number means what the standard library reads.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNodeLines(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  let text = bytes[1...]
  let whole = intake(text, block: max(1, text.count))
  let parts = intake(text, block: Int(first) + 1)
  precondition(whole.points.elementsEqual(parts.points, by: isSame), "blocks change the points")
  precondition(whole.intake.badLines == parts.intake.badLines)
  precondition(whole.intake.badCount == parts.intake.badCount)
  precondition(whole.points.count == whole.intake.pointCount)
  for point in whole.points { check(point.series) }
  for token in text.split(whereSeparator: { $0 <= 0x20 }) where token.count < 40 {
    check(Array(token))
  }
  return 0
}

private func intake(
  _ text: ArraySlice<UInt8>, block: Int
) -> (intake: LineIntake, points: [LineIntake.Point]) {
  var intake = LineIntake(skipsBad: true)
  var reader = LineReader()
  var rest = text
  var points: [LineIntake.Point] = []
  while !reader.isFinished {
    do {
      try reader.refill { (buffer) throws(SystemFailure) in
        buffer += rest.prefix(block)
        rest = rest.dropFirst(block)
        return !rest.isEmpty
      }
    } catch {
      fatalError("\(error)")
    }
    intake.take(from: &reader, file: 0)
    points += intake.takePoints()
  }
  return (intake, points)
}

private func isSame(_ left: LineIntake.Point, _ right: LineIntake.Point) -> Bool {
  left.series == right.series && left.value.bitPattern == right.value.bitPattern
    && left.time == right.time
}

/// The text that people read is one that `push` reads as the same series.
private func check(_ series: TributaryClient.Series) {
  let labels = series.labels.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  let text = SeriesText.show(metric: series.metric, labels: labels)
  let again = intake(Array("\(text) 1".utf8)[...], block: 1 << 20).points
  precondition(again.count == 1 && again[0].series == series, "other when shown: \(text)")
}

private func check(_ token: [UInt8]) {
  guard let value = NumberParser.double(token.span, 0..<token.count) else { return }
  guard let twin = Double(String(decoding: token, as: UTF8.self)) else {
    fatalError("\(token) is no number")
  }
  precondition(value.bitPattern == twin.bitPattern || (value.isNaN && twin.isNaN), "\(token)")
}
