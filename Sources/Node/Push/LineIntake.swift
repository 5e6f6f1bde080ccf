// SPDX-License-Identifier: Apache-2.0
import TributaryClient

/// A bad line and where it stands; line and column count from 1, columns in bytes.
struct BadLine: Sendable, Hashable {
  var file: Int
  var line: Int
  var column: Int
  var problem: LineProblem
}

/// Turns the lines of one file after the other into points. Decides what happens to bad lines;
/// reads and sends nothing itself.
struct LineIntake {
  /// Bad lines that are remembered for the report; all are counted.
  static let badLinesShownMax = 10

  /// Go on after a bad line.
  let skipsBad: Bool
  /// A point to be sent.
  struct Point {
    var series: TributaryClient.Series
    var value: Double
    /// Unix seconds; nil: now.
    var time: Int64?
  }

  private var series = LineSeries()
  private var points: [Point] = []
  /// Where each point came from.
  private(set) var map = LineMap()
  /// The first bad lines.
  private(set) var badLines: [BadLine] = []
  /// All bad lines.
  private(set) var badCount = 0
  /// Points taken so far.
  private(set) var pointCount = 0

  /// Makes one that has seen nothing.
  init(skipsBad: Bool) { self.skipsBad = skipsBad }

  /// A bad line ended the intake.
  var isStopped: Bool { badCount > 0 && !skipsBad }

  /// Takes all lines that the reader has complete.
  mutating func take(from reader: inout LineReader, file: Int) {
    while !isStopped, let line = reader.next() {
      switch line {
      case .tooLong:
        let problem = LineProblem(kind: .lineTooLong(bytesMax: LineReader.lineBytesMax), offset: 0)
        note(problem, file, reader.lineNumber)
      case .whole(let range):
        take(range, of: reader.buffer.span, file, reader.lineNumber)
      }
    }
  }

  private mutating func take(_ range: Range<Int>, of bytes: Span<UInt8>, _ file: Int, _ line: Int) {
    switch LineParser.parse(bytes, range) {
    case .blank: break
    case .bad(let problem): note(problem, file, line)
    case .point(let point):
      guard let series = series.series(of: point, in: bytes, line: range.lowerBound) else {
        return note(LineProblem(kind: .notUTF8, offset: point.name.lowerBound), file, line)
      }
      points.append(
        Point(series: series, value: point.value, time: point.time == 0 ? nil : point.time))
      map.append(file: file, line: line)
      pointCount += 1
    }
  }

  /// Takes the points out.
  mutating func takePoints() -> [Point] {
    defer { points.removeAll(keepingCapacity: true) }
    return points
  }

  private mutating func note(_ problem: LineProblem, _ file: Int, _ line: Int) {
    badCount += 1
    guard badLines.count < Self.badLinesShownMax else { return }
    badLines.append(BadLine(file: file, line: line, column: problem.offset + 1, problem: problem))
  }
}
