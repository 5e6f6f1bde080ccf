// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC

/// `tributary push`: sends the points of text files.
struct PushCommand: Command {
  private var target = Target.standard
  private var skipsBad = false
  private var files: [String] = []

  init() {}

  static let syntax = Syntax<PushCommand>(
    command: "push", summary: "send points from text files or standard input",
    flags: [
      Target.flag(\.target),
      Flag("skip-bad", \.skipsBad, "go on after bad lines; they are counted and the first listed"),
    ],
    operand: Operand(
      placeholder: "FILE", text: "files to read; none, or -, is standard input", counts: 0...10_000,
      completion: .files, path: \.files),
    notes: """
      Each line is `name value [unix-seconds]` or `name{label="value",...} value [unix-seconds]`,
      parted by blanks; without a time the point is stamped on arrival. In a label's value `\\\\`,
      `\\"` and `\\n` stand for a backslash, a quote and a line feed. Status 1: a bad line (named by
      file, line and column; the points before it were sent), or points that the node rejected.

      examples:
        echo "room.temperature 21.5" | tributary push
        echo 'requests{path="/",code="200"} 1' | tributary push
        tributary push --target 10.0.0.7:50051 --skip-bad points.txt
      """)

  func run() async throws -> ExitCode {
    let paths = files.isEmpty ? ["-"] : files
    return try await Target.withClient(target) { client in
      let stream = try await client.push()
      var intake = LineIntake(skipsBad: skipsBad)
      var progress = ProgressLine()
      let ack: Ack
      do {
        for (index, path) in paths.enumerated() where !intake.isStopped {
          try await send(path, index, &intake, stream, &progress)
        }
        ack = try await stream.finish()
      } catch let error as RPCError {
        progress.clear()
        // The node's own words when it ended the stream; the failed send tells less.
        throw try failure(try await ending(of: stream) ?? error, report(paths, intake))
      }
      progress.clear()
      return write(ack, report(paths, intake))
    }
  }

  private func report(_ paths: [String], _ intake: LineIntake) -> PushReport {
    PushReport(files: paths.map { $0 == "-" ? "(standard input)" : $0 }, intake: intake)
  }

  /// What the node said at the early end of the stream, with the Ack so far that comes along.
  private func failure(_ error: RPCError, _ report: PushReport) throws -> CommandFailure {
    for line in report.badLines { Output.standardError.write(line + "\n") }
    let ack = try error.partialAck()
    let partial = ack.map { ack in
      PushReport.Partial(
        received: ack.pointsReceived, hinted: ack.pointsHinted, rejected: ack.pointsRejected,
        rejections: ack.rejections.map(PushReport.Rejection.init),
        isAboutPoint: [.invalidArgument, .resourceExhausted].contains(error.status.code))
    }
    return CommandFailure("\(Failure.advice(error)); \(report.partial(partial))")
  }

  private func send(
    _ path: String, _ index: Int, _ intake: inout LineIntake, _ stream: PointStream,
    _ progress: inout ProgressLine
  ) async throws {
    do {
      let file = try FileDescriptor.input(path)
      var reader = LineReader()
      while !reader.isFinished && !intake.isStopped {
        try reader.refill { (buffer) throws(SystemFailure) in
          try file.read(LineReader.blockBytes, into: &buffer) > 0
        }
        intake.take(from: &reader, file: index)
        if intake.frames.count > 0 { try await stream.send(intake.frames.take()) }
        let done = intake.pointCount
        progress.update { ProgressBar.count(done: done, unit: "points", seconds: $0, columns: $1) }
      }
    } catch let error as SystemFailure {
      throw CommandFailure("cannot read \(path): \(error.reason)")
    }
  }

  /// The error with which the node ended the stream.
  private func ending(of stream: PointStream) async throws -> RPCError? {
    do {
      _ = try await stream.answer()
      return nil
    } catch let error as RPCError {
      return error
    }
  }

  private func write(_ ack: Ack, _ report: PushReport) -> ExitCode {
    for line in report.badLines { Output.standardError.write(line + "\n") }
    let lines = report.acknowledgement(
      received: ack.pointsReceived, hinted: ack.pointsHinted, rejected: ack.pointsRejected,
      ack.rejections.map(PushReport.Rejection.init))
    Output.standardOutput.write(lines.joined(separator: "\n") + "\n")
    let isClean = !report.intake.isStopped && ack.pointsRejected == 0
    return isClean ? .success : .failure
  }
}
