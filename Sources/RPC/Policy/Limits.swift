// SPDX-License-Identifier: Apache-2.0

/// Every fixed limit of this module, and the defaults of those that options can change.
enum Limits {
  // MARK: Messages

  /// Receive limit of a message, sent or decompressed; the default of every gRPC implementation.
  static let messageBytesMax = 4 << 20  // 4 MiB
  /// Room asked for at once while decompressing. 64 KiB is LZ4's usual block, and stays in the L2
  /// cache.
  static let decompressionStepBytes = 64 << 10  // 64 KiB
  /// A loop keeps its decompression buffer up to this size from one message to the next: a link's
  /// 64 KiB frames fit many times over, and a rare large message pins no memory.
  static let decompressedBytesKeptMax = 1 << 20  // 1 MiB

  /// Messages from this size on are joined in memory that a loop keeps, ...
  static let joinedBytesReusedMin = 16 << 10  // 16 KiB
  /// ... of at most this size each: a batch of 65 536 points is 0.8 MB ...
  static let joinedBytesKeptMax = 1 << 20  // 1 MiB
  /// ... for so many streams at a time: at most 4 MiB a loop.
  static let joinedBuffersKeptMax = 4
  /// Chunks of DATA below this size are gathered for a sink: to copy so many bytes costs less than
  /// to begin with another run. A point in a frame of its own has some 40.
  static let gatheredChunkBytesMax = 512

  /// Largest window of a zstd frame, as a power of two: 8 MiB, which RFC 8878 3.1.1.1.2 asks every
  /// decoder to support, or the message limit where that is larger, up to 128 MiB.
  static func zstdWindowLogMax(messageBytesMax: Int) -> Int32 {
    let log = Int.bitWidth - max(messageBytesMax - 1, 1).leadingZeroBitCount
    return Int32(min(max(log, 23), 27))
  }

  // MARK: HTTP/2 settings

  /// Flow-control window of a stream. A window caps a stream at window / RTT: 8 MiB at 50 ms are
  /// 168 MB/s, more than a gigabit link carries (125 MB/s); HTTP/2's 64 KiB would be 1.3 MB/s.
  static let streamWindowBytes = 8 << 20  // 8 MiB
  /// Flow-control window of a connection, and so the memory that one peer can make us hold: two
  /// streams, so that one stalled stream does not stop the others.
  static let connectionWindowBytes = 16 << 20  // 2 x 8 MiB
  /// Streams open at once on a connection. Ten times what RFC 9113 6.5.2 asks at least (100).
  static let concurrentStreamsMax = 1000
  /// Header list of a request or answer: names, values and 32 bytes a field. The specification
  /// suggests 8 KiB; 16 KiB is where gRPC C++ draws its hard line, and one DATA frame's default.
  static let headerListBytesMax = 16 << 10  // 16 KiB
  /// CONTINUATION frames after one HEADERS frame. 16 KiB of headers need one frame of the default
  /// 16 KiB, two with Huffman's worst case; the rest is room for senders that cut small.
  static let continuationFramesMax = 8
  /// Entries in one SETTINGS frame: RFC 9113 defines six, extensions a handful.
  static let settingsEntriesMax = 32
  /// From this size on a message that is not compressed is sent from where it lies, its prefix
  /// apart: a chunk more costs less than a copy of 64 KiB.
  static let uncopiedMessageBytesMin = 64 << 10  // 64 KiB
  /// Answers to PING and SETTINGS that wait to be written; a peer that asks and does not read is
  /// cut off. 1000 frames of at most 17 bytes are 17 KB.
  static let answersQueuedMax = 1000

  // MARK: Abuse

  /// Rapid reset (CVE-2023-44487): a peer may reset this many streams at once ...
  static let resetsBurst = 1000
  /// ... and this many each second in the long run; libnghttp2's own defaults.
  static let resetsPerSecond = 33
  /// Ranges of skipped stream ids kept for each connection: 64 x 8 B = 512 B. A peer that skips
  /// more often loses the precise error, nothing else.
  static let skippedRangesMax = 64
  /// Bad pings forgiven before a connection is closed (gRFC A8).
  static let pingStrikesMax = 2
  /// Pings may come this often: clients of gRPC never go below 10 s (gRFC A8); half of it leaves
  /// room for timers and networks that bunch pings up.
  static let pingIntervalMin = Duration.seconds(5)
  /// Pings without open calls, when those are not permitted: TCP's own keepalive (gRFC A8).
  static let pingIntervalWithoutCallsMin = Duration.seconds(2 * 60 * 60)

  // MARK: Connection life

  /// Quiet time before a server pings (gRFC A9).
  static let serverKeepaliveInterval = Duration.seconds(2 * 60 * 60)
  /// Shortest quiet time that a client may ask for (gRFC A8).
  static let clientKeepaliveIntervalMin = Duration.seconds(10)
  /// How long the answer to a ping may take (gRFC A8 and A9).
  static let keepaliveTimeout = Duration.seconds(20)
  /// Jitter of a connection's age, either way (gRFC A9).
  static let connectionAgeJitter = 0.1
  /// How long calls may go on after that: as long as at a server's end. A call of usual length
  /// never notices, and a stream without end moves within a sixth of the shortest sensible age (one
  /// minute). gRFC A9 has no bound, and so moves no such stream.
  static let connectionAgeGrace = Duration.seconds(10)
  /// Longest wait between the two GOAWAY frames of a drain, for one round trip.
  static let drainNoticeMax = Duration.seconds(1)
  /// How long calls that were asked to end may take: twice what a sink may wait for an answer
  /// from elsewhere (1 s).
  static let drainEndingMax = Duration.seconds(2)

  /// How long a client may take to end a stream that has been answered before it sent all: a few
  /// round trips on any network.
  static let answeredStreamMax = Duration.seconds(1)

  // MARK: Transport

  /// One buffer a loop, shared by its sockets: a socket gives at most so much in a turn. 64 KiB of
  /// points are 0.1 ms of work; with 256 KiB others wait four times as long (a Summary at full load
  /// 15 ms rather than 2), for 6 % less CPU a point.
  static let readBufferBytes = 64 << 10  // 64 KiB
  /// Output is gathered up to this before it is written: a few of TCP's largest segments.
  static let writeBufferBytes = 256 << 10  // 256 KiB
  /// A writer waits while more of its stream's bytes are unsent, until no more than the lower
  /// figure are: two full turns of output, so that a fast peer never waits for the writer.
  static let unsentBytesHigh = 512 << 10  // 2 x 256 KiB
  static let unsentBytesLow = 256 << 10  // 256 KiB
  /// The same over all streams of a connection; then only streams of which nothing waits may send.
  static let unsentConnectionBytesHigh = 8 << 20  // 16 x 512 KiB
  static let unsentConnectionBytesLow = 4 << 20  // half of it
  /// Header block that we send, before compression; what handlers add beyond it fails their call.
  static let sentHeaderBlockBytesMax = 64 << 10  // 64 KiB
  /// Connections that wait to be accepted; the kernel's own cap (somaxconn) is 4096.
  static let acceptBacklog: Int32 = 4096
  /// Connections accepted in one turn of a loop.
  static let acceptsPerTurnMax = 64
  /// Pause after a connection could not be accepted for want of descriptors or memory.
  static let acceptPause = Duration.milliseconds(100)
  /// How long a closed socket waits for the peer to close, too.
  static let lingerMax = Duration.seconds(1)
  /// How long it waits for a slow peer to take the last of what was written: 256 KiB in 10 s is a
  /// modem's speed.
  static let lingerUnsentMax = Duration.seconds(10)

  // MARK: Reconnecting (connection-backoff.md)

  /// Wait after the first failure.
  static let backoffInitial = Duration.seconds(1)
  /// Growth with each further failure.
  static let backoffMultiplier = 1.6
  /// Longest wait, before jitter.
  static let backoffMax = Duration.seconds(120)
  /// Jitter of a wait, either way.
  static let backoffJitter = 0.2
  /// Time that a connection attempt is given at least.
  static let connectTimeoutMin = Duration.seconds(20)
}
