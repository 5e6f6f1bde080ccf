// SPDX-License-Identifier: Apache-2.0

/// What `push` prints at its end. Pure.
struct PushReport {
  /// A reason for which the node rejected points.
  struct Rejection: Hashable {
    /// As in `TIME_TOO_OLD`.
    var reason: String
    var count: Int64
    var firstIndex: Int64
    var hint: String
  }

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

  /// The answer of the node: what it took, and of what it did not, why and where the first is.
  ///
  /// - Parameter hinted: of those received, points kept for nodes that are away.
  func acknowledgement(
    received: Int64, hinted: Int64 = 0, rejected: Int64, _ rejections: [Rejection]
  ) -> [String] {
    var lines = ["received \(received)\(rejected > 0 ? ", rejected \(rejected)" : "")"]
    if hinted > 0 { lines.append("  \(Self.hintedText(hinted))") }
    for rejection in rejections {
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
  static func hintedText(_ points: Int64) -> String {
    "\(points) kept for nodes that are away: in no summary before they are back"
  }

  /// The Ack so far of a stream that the node ended early.
  struct Partial: Hashable {
    var received: Int64
    var hinted: Int64 = 0
    var rejected: Int64
    var rejections: [Rejection] = []
    /// The point after those counted is the reason of the end.
    var isAboutPoint: Bool
  }

  /// What became of the points of a stream that ended early, as the end of a sentence.
  func partial(_ partial: Partial?) -> String {
    guard let partial else {
      return "the node did not say how many of the \(intake.pointCount) points sent it took"
    }
    var text = "of \(intake.pointCount) points sent it received \(partial.received)"
    if partial.hinted > 0 { text += " (\(Self.hintedText(partial.hinted)))" }
    if partial.rejected > 0 { text += " and rejected \(partial.rejected)" }
    for one in partial.rejections {
      text += " (\(one.reason) \(one.count), first at \(place(one.firstIndex)))"
    }
    let (next, overflow) = partial.received.addingReportingOverflow(partial.rejected)
    if partial.isAboutPoint && !overflow && intake.map.place(of: next) != nil {
      text += "; it stopped at \(place(next))"
    }
    return text
  }

  private func place(_ index: Int64) -> String {
    guard let place = intake.map.place(of: index) else { return "point \(index)" }
    let text = "\(files[place.file]):\(place.line)"
    return place.isExact ? text : "\(text) or later"
  }
}
