// SPDX-License-Identifier: Apache-2.0
import Glibc
import RPC

/// `tributary watch`: asks a node again and again, and shows the answers in place.
struct WatchCommand: Command {
  private var target = Target.standard
  private var filter = SummaryFilter()
  private var sort = SortKey.name
  private var limit: Int?
  private var interval = Duration.seconds(2)
  private var count: Int?

  init() {}

  static let signals = [SIGINT, SIGTERM, SIGWINCH]

  static let syntax = Syntax<WatchCommand>(
    command: "watch", summary: "show the statistics live, with sparklines",
    flags: [
      Target.flag(\.target),
      Flag(
        "interval", \.interval, .duration(.milliseconds(100)...(.seconds(3600))),
        "time between questions"),
      Flag(optional: "count", \.count, .count(1...Int.max), "end after so many answers"),
      Flag("sort", \.sort, .oneOf("COLUMN"), "order: names ascending, numbers descending"),
      Flag(optional: "limit", \.limit, .count(1...Int.max), "show so many series at most"),
    ] + SummaryFilter.flags.map { $0.lifted(\.filter) },
    notes: """
      Sparklines are averages of the last slice, one a question. RATE/S is points a second in that
      slice. Without a terminal the summary is printed every interval. Ctrl-C ends it.
      """)

  func run() async throws -> ExitCode {
    let arrivals = Signals.arrivals(Self.signals)
    let screen = Screen(Output.standardOutput)
    screen.enter()
    defer { screen.leave() }
    return try await Target.withClient(target) { client in
      try await withThrowingTaskGroup(of: ExitCode?.self) { tasks in
        let painter = WatchPainter(screen: screen, target: target, sort: sort, limit: limit)
        tasks.addTask { try await ask(client, painter) }
        tasks.addTask {
          for await number in arrivals {
            guard number == SIGWINCH else { return .success }
            await painter.paint()
          }
          return nil
        }
        defer { tasks.cancelAll() }
        return try await tasks.next() ?? .success
      } ?? .success
    }
  }

  /// Asks until the count is reached or the task is cancelled. The first question must succeed;
  /// later ones may fail, which the screen says.
  private func ask(_ client: NodeClient, _ painter: WatchPainter) async throws -> ExitCode? {
    await painter.paint()
    var done = 0
    while true {
      do {
        let summary = try await client.summary(filter)
        var recent = filter
        recent.windowSeconds = max(1, min(summary.resolutionSeconds, summary.windowSeconds))
        await painter.answered(summary, recent: try await client.summary(recent))
        done += 1
      } catch {
        guard done > 0, !Task.isCancelled else { throw error }
        await painter.failed(Failure.text(error))
        await client.renew()
      }
      if let count, done >= count { return .success }
      do { try await Task.sleep(for: interval) } catch { return nil }
    }
  }
}

/// Holds what `watch` knows, and paints it.
private actor WatchPainter {
  private let screen: Screen
  private let target: HostPort
  private let limit: Int?
  private let sort: SortKey
  private var model: WatchModel

  init(screen: Screen, target: HostPort, sort: SortKey, limit: Int?) {
    self.screen = screen
    self.target = target
    self.limit = limit
    self.sort = sort
    model = WatchModel(sort: sort)
  }

  func answered(_ summary: Summary, recent: Summary) {
    if screen.isTerminal {
      model.answered(summary, recent: recent)
      paint()
    } else {
      var shown = summary
      shown.rows = Array(summary.rows.sorted(by: sort).prefix(limit ?? .max))
      Output.standardOutput.write(SummaryText.write(shown, as: .table) + "\n")
    }
  }

  func failed(_ reason: String) {
    if screen.isTerminal {
      model.failed(reason)
      paint()
    } else {
      Output.standardError.write("tributary watch: \(Printable.line(reason))\n")
    }
  }

  func paint() {
    let (columns, rows) = screen.size
    screen.paint(
      model.screen(target: target.description, columns: columns, rows: rows, limit: limit))
  }
}
