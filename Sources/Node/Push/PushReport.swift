// SPDX-License-Identifier: Apache-2.0
import TributaryClient

/// What `push` prints at its end. Pure.
struct PushReport {
  typealias Rejection = TributaryClient.Rejection

  /// Names of the files, as in messages.
  let files: [String]
  let intake: LineIntake

  /// One line a bad line, `file:line:column: what`, and one for those beyond the first few.
  var badLines: [String] {
    var lines = intake.badLines.map { bad in
      let place = "\(files[bad.file]):\(bad.line):\(bad.column)"
      return Printable.line("\(place): \(bad.problem.text)")
    }
    let more = intake.badCount - intake.badLines.count
    if more > 0 { lines.append("... and \(more) more bad lines") }
    return lines
  }

  /// What the nodes took, and of what they did not, why and where the first is.
  func acknowledgement(_ told: TributaryClient.Statistics) -> [String] {
    var lines = ["received \(told.acknowledged)"]
    if told.rejected > 0 { lines[0] += ", rejected \(told.rejected)" }
    if told.hinted > 0 { lines.append("  \(Self.hintedText(told.hinted))") }
    for rejection in told.rejections {
      var line = "  \(rejection.reason) \(rejection.count), first at \(place(rejection.firstIndex))"
      if !rejection.hint.isEmpty { line += ": \(rejection.hint)" }
      lines.append(Printable.line(line))
    }
    if intake.badCount > 0 && intake.skipsBad {
      lines.append("skipped \(intake.badCount) bad lines")
    }
    return lines
  }

  /// What points are that a node keeps for others.
  static func hintedText(_ points: Int) -> String {
    "\(points) kept for nodes that are away: in no summary before they are back"
  }

  /// What became of the points of a push that failed, as the end of a sentence.
  func partial(_ told: TributaryClient.Statistics) -> String {
    if intake.pointCount == 0 { return "no point was read" }
    var text = "of \(intake.pointCount) points read the nodes received \(told.acknowledged)"
    if told.hinted > 0 { text += " (\(Self.hintedText(told.hinted)))" }
    if told.rejected > 0 { text += " and rejected \(told.rejected)" }
    for one in told.rejections {
      text += " (\(one.reason) \(one.count), first at \(place(one.firstIndex)))"
    }
    let unsure = intake.pointCount - told.acknowledged - told.rejected
    return unsure > 0 ? text + "; of \(unsure) it is not known" : text
  }

  private func place(_ index: Int) -> String {
    guard let place = intake.map.place(of: Int64(index)) else { return "point \(index)" }
    let text = "\(files[place.file]):\(place.line)"
    return place.isExact ? text : "\(text) or later"
  }
}
