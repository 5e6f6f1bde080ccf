// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Everything that can be chosen about a node. The initial values here are the only place where
/// defaults stand; help prints them and `config/tributary.yaml` is tested against them.
struct ServeConfiguration: Sendable, Hashable {
  /// Where gRPC listens; port 0 asks the system for a free one.
  var listen = HostPort(host: "127.0.0.1", port: 50051)
  /// Aggregator actors; nil: one a core.
  var shards: Int?
  /// Event loops, one thread each; nil: one a core.
  var loops: Int?
  /// Seconds that a report covers.
  var windowSeconds: Int64 = 3600
  /// Seconds of one slice: old points leave the window in steps of it.
  var resolutionSeconds: Int64 = 10
  /// Seconds that a point may lie ahead of the node's clock.
  var futureGraceSeconds: Int64 = 60
  /// Series that the node holds at most.
  var seriesMax = 1_000_000
  /// Patterns of names of which no quantiles are kept; nil: of all names they are.
  var quantilesOff: [String]?
  /// Bytes of the longest metric name.
  var nameBytesMax = 1024
  /// Bytes of the largest report that is made in one message.
  var reportBytesMax = 256 << 20
  /// Bytes of the largest message that is received.
  var messageBytesMax = 4 << 20
  /// Calls at a time on one connection.
  var concurrentStreamsMax = 1024
  /// After so long a connection is asked to leave; nil: never.
  var connectionAgeMax: Duration?
  /// How long its calls may go on then; nil: as long as they take.
  var connectionAgeGrace: Duration? = .seconds(10)
  /// How long calls may go on after the first signal to stop.
  var shutdownGrace = Duration.seconds(10)
  /// The least level that is logged.
  var logLevel = LogLevel.info
  /// The form of log lines.
  var logFormat = LogFormat.text
  /// What concerns other nodes.
  var cluster = ClusterFlags()
}

extension ServeConfiguration {
  /// Most loops: one a core of the largest machines. Each is a thread and has a batch open for each
  /// shard that it has points for.
  static let loopsMax = 256

  /// The keys of a configuration file, which are also the flags of `tributary serve`.
  static let flags: [Flag<ServeConfiguration>] =
    [
      Flag("listen", \.listen, .hostPort, "where gRPC listens; port 0 asks for a free one"),
      Flag(
        "shards", \.shards, ValueKind<Int>.count(1...RouterLimits.shardsMax).or("cores"),
        "aggregator actors"),
      Flag(
        "loops", \.loops, ValueKind<Int>.count(1...loopsMax).or("cores"),
        "network event loops, one thread each"),
      Flag(
        "window", \.windowSeconds, .seconds(1...ShardLimits.windowSecondsMax),
        "span that a report covers"),
      Flag(
        "resolution", \.resolutionSeconds, .seconds(1...ShardLimits.resolutionSecondsMax),
        "old points leave the window in steps of this; must divide it"),
      Flag(
        "future-grace", \.futureGraceSeconds, .seconds(0...ShardLimits.futureGraceSecondsMax),
        "how far ahead of the node's clock a point may lie"),
      Flag(
        "series-max", \.seriesMax, .count(1...1_000_000_000),
        "series held at most; points of further new ones are rejected"),
      Flag(
        "quantiles-off", \.quantilesOff, ValueKind<[String]>.globs.or("none"),
        "names of which no quantiles are kept, which saves 2 KiB a busy series"),
      Flag(
        "name-bytes-max", \.nameBytesMax, .bytes(1...ShardLimits.nameBytesMax),
        "longest metric name"),
      Flag(
        "report-bytes-max", \.reportBytesMax, .bytes(65_536...(1 << 31) - 1),
        "largest report in one message"),
      Flag(
        "message-bytes-max", \.messageBytesMax, .bytes(1024...(1 << 31) - 1),
        "largest message that is received"),
      Flag(
        "concurrent-streams-max", \.concurrentStreamsMax, .count(1...1_000_000),
        "calls at a time on one connection"),
      Flag(
        "connection-age-max", \.connectionAgeMax,
        ValueKind<Duration>.duration(.seconds(1)...(.seconds(31_536_000))).or("off"),
        "after this a connection is asked to leave, so that load spreads anew"),
      Flag(
        "connection-age-grace", \.connectionAgeGrace,
        ValueKind<Duration>.duration(.zero...(.seconds(86_400))).or("off"),
        "how long its calls may go on then, before they are ended; off: no bound"),
      Flag(
        "shutdown-grace", \.shutdownGrace, .duration(.zero...(.seconds(86_400))),
        "how long calls may go on after SIGTERM"),
      Flag("log-level", \.logLevel, .oneOf("LEVEL"), "least level that is logged"),
      Flag("log-format", \.logFormat, .oneOf("FORMAT"), "form of log lines"),
    ] + ClusterFlags.flags.map { $0.lifted(\.cluster) }
}
