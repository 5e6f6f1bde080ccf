// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import TestKit
import Testing
import TributaryClient

@testable import Node

@Suite("What push sends and says")
struct PushTests {
  private func take(_ text: String, skipsBad: Bool, file: Int = 0) throws -> LineIntake {
    var intake = LineIntake(skipsBad: skipsBad)
    var reader = LineReader()
    try reader.refill { (buffer) throws(SystemFailure) in
      buffer += Array(text.utf8)
      return false
    }
    intake.take(from: &reader, file: file)
    return intake
  }

  private func told(
    _ acknowledged: Int, rejected: Int = 0, hinted: Int = 0,
    _ rejections: [PushReport.Rejection] = []
  ) -> TributaryClient.Statistics {
    var statistics = TributaryClient.Statistics()
    statistics.acknowledged = acknowledged
    statistics.rejected = rejected
    statistics.hinted = hinted
    statistics.rejections = rejections
    return statistics
  }

  @Test("frames are what the generated messages encode to")
  func frames() throws {
    var random = SplitMix64(seed: 3)
    for _ in 0..<500 {
      var point = Point()
      point.metric = String(repeating: "é", count: Int.random(in: 1...200, using: &random))
      point.value = Bool.random(using: &random) ? 0 : Double.random(in: -1e9...1e9, using: &random)
      point.timestamp =
        Bool.random(using: &random) ? 0 : Int64.random(in: 0 ... .max, using: &random)
      if Bool.random(using: &random) {
        point.labels["h"] = String(repeating: "v", count: Int.random(in: 0...300, using: &random))
      }
      var frames = PointFrames()
      frames.append(
        name: point.metric, labels: point.labels.map { (name: $0.key, value: $0.value) },
        value: point.value, time: point.timestamp)
      let body = point.encoded()
      let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
      #expect(frames.bytes == prefix + body)
    }
  }

  @Test("the first bad line ends the intake, and the points before it stay")
  func stops() throws {
    let intake = try take("a 1\nb x\nc 3\n", skipsBad: false)
    #expect(intake.pointCount == 1)
    #expect(intake.isStopped)
    #expect(
      PushReport(files: ["f"], intake: intake).badLines == ["f:2:3: the value 'x' is no number"])
  }

  @Test("bad lines can be skipped; the first are listed and all are counted")
  func skips() throws {
    let intake = try take(String(repeating: "bad\n", count: 25) + "a 1\n", skipsBad: true)
    let report = PushReport(files: ["f"], intake: intake)
    #expect(intake.pointCount == 1)
    #expect(report.badLines.count == 11)
    #expect(report.badLines.last == "... and 15 more bad lines")
    #expect(
      report.acknowledgement(told(1)) == [
        "received 1", "skipped 25 bad lines",
      ])
  }

  @Test("a rejection names the file and line of its first point")
  func rejections() throws {
    let intake = try take("a 1\n\n\nb 2 5\nc 3\n", skipsBad: true)
    let rejection = PushReport.Rejection(
      reason: "TIME_TOO_OLD", count: 2, firstIndex: 1, hint: "send\nnewer points")
    #expect(
      PushReport(files: ["f"], intake: intake)
        .acknowledgement(told(1, rejected: 2, [rejection])) == [
          "received 1, rejected 2", "  TIME_TOO_OLD 2, first at f:4: send\\nnewer points",
        ])
  }

  @Test("points that wait for nodes that are away are told")
  func hinted() throws {
    let report = PushReport(files: ["f"], intake: try take("a 1\nb 2\n", skipsBad: false))
    #expect(
      report.acknowledgement(told(2, hinted: 1)) == [
        "received 2", "  1 kept for nodes that are away: in no summary before they are back",
      ])
    #expect(
      report.partial(told(2, hinted: 1))
        == "of 2 points read the nodes received 2 (1 kept for nodes that are away: in no summary "
        + "before they are back)")
  }

  @Test("of a push that failed it is told what was counted, and of how many nothing is known")
  func partial() throws {
    let report = PushReport(files: ["f"], intake: try take("a 1\n\nb 2\nc 3\n", skipsBad: false))
    let rejection = PushReport.Rejection(reason: "NAME_EMPTY", count: 1, firstIndex: 1, hint: "")
    #expect(
      report.partial(told(1, rejected: 1, [rejection])) == "of 3 points read the nodes received 1 "
        + "and rejected 1 (NAME_EMPTY 1, first at f:3); of 1 it is not known")
    #expect(report.partial(told(3)) == "of 3 points read the nodes received 3")
  }

  @Test("lines become points; names and labels that are no UTF-8 are bad")
  func points() throws {
    var intake = try take(
      "a{b=\"\\\"c\",d=\"\"} 1 7\na 2\na{b=\"\\\"c\",d=\"\"} 3\n", skipsBad: true)
    let series = TributaryClient.Series("a", labels: ["b": "\"c", "d": ""])
    let points = intake.takePoints()
    #expect(points.map(\.series) == [series, TributaryClient.Series("a"), series])
    #expect(points.map(\.value) == [1, 2, 3] && points.map(\.time) == [7, nil, nil])
    #expect(intake.takePoints().isEmpty)

    var reader = LineReader()
    try reader.refill { (buffer) throws(SystemFailure) in
      buffer += [0x20, 0x61, 0xFF, 0x20, 0x31]
      return false
    }
    intake.take(from: &reader, file: 0)
    #expect(intake.badLines.map(\.problem) == [LineProblem(kind: .notUTF8, offset: 1)])
  }

  @Test("terminal escapes in a line do not reach the terminal")
  func escapes() throws {
    let intake = try take("a \u{1B}[2J\n", skipsBad: false)
    #expect(
      PushReport(files: ["f"], intake: intake).badLines
        == ["f:1:3: the value '\\u{1b}[2J' is no number"])
  }

  @Test("places are found over files and gaps, as a stupid twin finds them")
  func places() {
    var random = SplitMix64(seed: 5)
    var map = LineMap()
    var twin: [(Int, Int)] = []
    for file in 0..<3 {
      var line = 0
      for _ in 0..<500 {
        line += Int.random(in: 1...10, using: &random) > 8 ? 3 : 1
        map.append(file: file, line: line)
        twin.append((file, line))
      }
    }
    for (index, place) in twin.enumerated() {
      #expect(
        map.place(of: Int64(index)) == LineMap.Place(file: place.0, line: place.1, isExact: true))
    }
    #expect(map.place(of: -1) == nil)
    #expect(map.place(of: Int64(twin.count)) == nil)
  }

  @Test("a full map says that it does not know exactly")
  func fullMap() {
    var map = LineMap()
    for point in 0..<LineMap.runsMax + 10 { map.append(file: 0, line: 2 * point + 1) }
    #expect(map.place(of: 5) == LineMap.Place(file: 0, line: 11, isExact: true))
    #expect(map.place(of: Int64(LineMap.runsMax + 5))?.isExact == false)
  }
}
