// SPDX-License-Identifier: Apache-2.0
import TributaryClient

/// `tributary push`: sends the points of text files.
struct PushCommand: Command {
  private var targets = [Target.standard]
  private var skipsBad = false
  private var files: [String] = []

  init() {}

  static let syntax = Syntax<PushCommand>(
    command: "push", summary: "send points from text files or standard input",
    flags: [
      Target.flag(\.targets),
      Flag("skip-bad", \.skipsBad, "go on after bad lines; they are counted and the first listed"),
    ],
    operand: Operand(
      placeholder: "FILE", text: "files to read; none, or -, is standard input", counts: 0...10_000,
      completion: .files, path: \.files),
    notes: """
      Each line is `name value [unix-seconds]` or `name{label="value",...} value [unix-seconds]`,
      parted by blanks; without a time the point has the time at which its line is read. In a
      label's value `\\\\`, `\\"` and `\\n` stand for a backslash, a quote and a line feed. Points
      are sent again when a connection broke, and none counts twice. Status 1: a bad line (named by
      file, line and column; the points before it were sent), points that were rejected, or no node
      that takes any.

      examples:
        echo "room.temperature 21.5" | tributary push
        echo 'requests{path="/",code="200"} 1' | tributary push
        tributary push --target 10.0.0.7:50051 --skip-bad points.txt
      """)

  /// A push fails when no node takes anything for so long.
  private static let patience = Duration.seconds(15)
  /// More than any push takes.
  private static let flushTimeout = Duration.seconds(1 << 32)

  func run() async throws -> ExitCode {
    let paths = files.isEmpty ? ["-"] : files
    var options = TributaryClient.Options()
    options.whenFull = .wait
    options.giveUpAfter = Self.patience
    let client = TributaryClient(endpoints: targets.map(\.endpoint), options: options)
    var intake = LineIntake(skipsBad: skipsBad)
    let result = await push(paths, client, &intake)
    await client.close(timeout: .zero)
    let report = PushReport(
      files: paths.map { $0 == "-" ? "(standard input)" : $0 }, intake: intake)
    for line in report.badLines { Output.standardError.write(line + "\n") }
    switch result {
    case .success: return write(report, client.statistics)
    case .failure(let error as TributaryClient.ClientError):
      throw CommandFailure(
        "\(Failure.advice(Failure.error(error))); \(report.partial(client.statistics))")
    case .failure(let error): throw error
    }
  }

  /// Sends all files, and returns when every point is acknowledged or rejected.
  private func push(
    _ paths: [String], _ client: TributaryClient, _ intake: inout LineIntake
  ) async -> Result<Void, any Error> {
    var progress = ProgressLine()
    defer { progress.clear() }
    do {
      try await client.connect()
      for (index, path) in paths.enumerated() where !intake.isStopped {
        try await send(path, index, &intake, client, &progress)
      }
      return .success(try await client.flush(timeout: Self.flushTimeout))
    } catch {
      return .failure(error)
    }
  }

  private func send(
    _ path: String, _ index: Int, _ intake: inout LineIntake, _ client: TributaryClient,
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
        for point in intake.takePoints() {
          await client.recordWaiting(point.series, point.value, at: point.time)
        }
        if let failure = client.failure { throw failure }
        let done = intake.pointCount
        progress.update { ProgressBar.count(done: done, unit: "points", seconds: $0, columns: $1) }
      }
    } catch let error as SystemFailure {
      throw CommandFailure("cannot read \(path): \(error.reason)")
    }
  }

  private func write(_ report: PushReport, _ told: TributaryClient.Statistics) -> ExitCode {
    let lines = report.acknowledgement(told)
    Output.standardOutput.write(lines.joined(separator: "\n") + "\n")
    let isClean = !report.intake.isStopped && told.rejected == 0 && told.dropped == 0
    return isClean ? .success : .failure
  }
}
