// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// Every limit of this module, with its unit and its arithmetic.
public enum RouterLimits {
  /// Buckets of the hash that are placed on nodes: 2^10, so 64 nodes hold 16 each.
  public static let partitions = 1 << partitionBits

  /// The highest bits of the hash, which choose the partition.
  public static let partitionBits = 10

  /// Most shards of a node: far more than cores, far less than the 2^32 that the low half of the
  /// hash can tell apart.
  public static let shardsMax = 1024

  /// Most rows of a report: a row number takes 32 bits, one value means none.
  static let rowsMax = Int(UInt32.max) - 1

  // MARK: Questions

  /// Longest selector: a hundred values of the usual kind.
  public static let selectorBytesMax = 16 << 10

  /// Most matchers of a selector: a series has no more labels.
  public static let selectorMatchersMax = 64

  /// Most literals that a pattern is turned into; more are matched as a pattern.
  public static let patternLiteralsMax = 1024

  // MARK: Membership

  /// Longest node id: a DNS label.
  public static let nodeIDBytesMax = 63

  /// Most nodes of a cluster: 1024 partitions leave each at least four.
  public static let nodesMax = 256

  /// Largest weight of a node.
  public static let weightMax = 100

  // MARK: Frames

  /// Most rows of a frame: a whole batch. 4096 x (4 + 8 + 8) B = 80 KiB of columns.
  public static let frameRowsMax = 4096

  /// Key bytes of a frame's rows, one key counted for each row: 51 keys of the longest kind, 64 of
  /// the longest without labels, and 4096 of 256 B.
  public static let frameNameBytesMax = 64 * ShardLimits.nameBytesMax

  /// Longest body of a frame: its names (1 MiB), their lengths (3 B each), the columns (3 B an id,
  /// 8 a value, 8 a time, 1 a kind), origins (3 B a row, and 99 B for each) and 256 B of heads make
  /// 1.5 MiB. Far below a message's 4 MiB.
  public static let frameBodyBytesMax =
    frameNameBytesMax + frameRowsMax * (3 + 3 + 8 + 8 + 1 + 3 + 99) + 256

  /// Most values of a frame's table of values: 2048 x 8 B are half as much as 4096 rows of eight.
  static let frameValuesMax = 2048

  /// Rows whose names are looked up together, so that their cache misses overlap: at 100 000 names
  /// a look-up takes 50 ns instead of 200 while others use the caches, too.
  static let lookaheadNames = 32

  /// A dictionary of fewer names is in the second cache anyway: 4096 x (2 x 16 + 16 + 32) B make
  /// 320 KiB.
  static let lookaheadNamesMin = 4096

  /// Most names of a dictionary. With 16 B of hash and place each, 4 MiB.
  public static let dictionaryNamesMax = 1 << 18

  /// Bytes of the names of a dictionary, each rounded up to eight: 64 B a name. With what
  /// ``dictionaryNamesMax`` says, a receiver keeps 20 MiB a link at most, 1.3 GB for 63 full ones;
  /// a sender 28 MiB, for it has a table of 2^19 slots of 16 B to find names in.
  public static let dictionaryNameBytesMax = 16 << 20

  // MARK: Links

  /// Without progress of acks for so long a link is stalled, and batches that wait for so long are
  /// settled as hinted. Milliseconds: ten times the slowest turn of an aggregator measured, and
  /// less than a client's patience.
  public static let linkAckTimeout: Int64 = 1000

  /// A stalled stream is given up after so long. Milliseconds: longer than a short partition or a
  /// stopped process takes to come back.
  public static let linkStallTimeout: Int64 = 5000

  /// An attempt to connect, or a hello without welcome, fails after so long. Milliseconds.
  public static let linkOpenTimeout: Int64 = 5000

  /// With nothing sent for so long a heartbeat is sent. Milliseconds.
  public static let linkHeartbeatInterval: Int64 = 1000

  /// First wait after a stream that failed. Milliseconds.
  public static let linkBackoffInitial: Int64 = 100

  /// Longest wait after a stream that failed, without jitter. Milliseconds.
  public static let linkBackoffMax: Int64 = 5000

  /// Waits are spread by a fifth either way, as in gRPC's connection backoff.
  static let linkBackoffJitterDivisor: Int64 = 5

  /// A frame is closed before its body, estimated from above, is longer: 4096 rows at 24 bytes
  /// and names of 100 bytes. One batch is always taken. Bytes.
  public static let linkFrameBytesMax = 512 * 1024

  /// A row without its name's bytes in the estimate: name length 3, id 3, value 8, time 8, kind 1,
  /// and a byte of the heads. Bytes.
  static let linkRowBytes = 24

  /// A frame without its rows in the estimate. Bytes.
  static let linkFrameBytes = 256

  /// Most frames of one lane that are not acked: 128 of 4096 rows are half a million points. An ack
  /// that rejects all of them in two bytes each is 1 MiB long.
  public static let linkFramesInFlightMax = 128

  /// The highest number that a hello may begin with: so far from 2^64 that no stream gets there.
  static let linkFirstMax: UInt64 = 1 << 62

  /// With fewer live frames under way an open one is sent at once; otherwise it waits to fill until
  /// the next ack.
  static let linkFramesEager = 4

  /// Bodies under way from one sender: 10 ms of 5 million points/s at 12 bytes are 600 KB; with
  /// slow links eight frames. Bytes.
  public static let linkCreditBytesDefault = 8 * linkFrameBytesMax

  /// Frames for one peer that were never sent. Bytes.
  public static let linkQueueBytesMaxDefault = 16 * 1024 * 1024

  /// Hints for one peer: 5 million points at 12 bytes. Bytes.
  public static let linkHintBytesMaxDefault = 64 * 1024 * 1024

  /// Most departed nodes that a hello or welcome may name: four generations of the largest cluster.
  public static let linkDepartedMax = 4 * nodesMax

  /// Bodies that a receiver lets be under way beyond its credit: a sender may always have one
  /// frame under way, and one may be named again in full on a new stream. Bytes.
  static let linkCreditSlackBytes = 4 * linkFrameBytesMax

  // MARK: Batches

  /// Longest name of a client that sends batches: a UUID of 36 B, and room for more. Bytes.
  public static let batchClientBytesMax = 64

  /// Batches of a client beyond those that it has confirmed.
  public static let batchesUnconfirmedMax: UInt64 = 1024

  /// Sets of marks that clients are spread over, each under a lock of its own: loops rarely meet.
  public static let batchMarkStripes = 16

  /// Clients known to one set of marks: 65 536 in all, 300 B each and 20 MB.
  public static let batchClientsMax = 4096

  /// Marks of one set, of batches that are not claimed whole: 64 MiB in all, as of 270 000 batches
  /// of 1000 points. Bytes.
  public static let batchMarkBytesMax = 4 << 20

  /// What a batch's marks take besides a bit a row. Bytes.
  static let batchMarkBytes = 128

  /// Ranges of batches taken whole kept of a client, and of those forgotten: 4096 x 16 B = 64 KiB.
  static let batchRangesMax = 4096

  /// Most points of a batch.
  public static let batchPointsMax = 1 << 16

  /// By how much nodes' views of the membership may lag behind each other when a node judges who
  /// may have owned a point when its batch was first sent. Seconds: twice as long as any source
  /// takes to notice a change.
  static let viewLagSeconds: Int64 = 60

  /// Earlier placements that a view remembers: 16 x 2 KiB. With more changes within the window the
  /// oldest are forgotten.
  static let earlierPlacementsMax = 16

  /// Largest part of the marks that a leaving node hands over: a quarter of what a peer takes as
  /// one message.
  public static let marksPartBytesMax = 1 << 20

  /// What a client takes in such a part: its name, a number of 10 B, tags and lengths.
  static let marksClientBytesMax = batchClientBytesMax + 10 + 32

  /// What a range of batches takes: two numbers of 10 B. 8192 of a client are 160 KiB.
  static let marksRangeBytesMax = 20

  /// What a batch takes besides a bit a row: two numbers, tags and lengths.
  static let marksBatchBytesMax = 10 + 3 + 16

  // MARK: Answers

  /// Most rows of one part of an answer.
  static let partRowsMax = 8192

  /// What the rows of one part take at most, unless it is a single one. Bytes.
  static let partRowsBytesMax = partBytesMax - partOverheadBytes

  /// What a part takes besides rows: its head, ids, tags and lengths of columns. A head names up to
  /// 256 nodes of 65 B each, and 64 B for each of so many that have hints or left; a section
  /// includes up to 256 lives of 80 B.
  static let partOverheadBytes = 160 << 10

  /// A row of a report without its name: a length of 3 B, a count of 9 B, five doubles, two counts
  /// of infinities of 9 B, two times of 6 B, a kind. A count of up to 2^63 takes 9 B.
  static let partRowBytes = 3 + 9 + 5 * 8 + 2 * 9 + 2 * 6 + 1

  /// A histogram on the wire without its buckets: a scale of 1 B, zeros of 9 B, of two signs a
  /// start and a length of 3 B each. With 2 x 160 buckets of 9 B it takes less than 3 KiB.
  static let histogramRowBytes = 1 + 9 + 2 * (3 + 3)

  /// Largest part. A quarter of what a peer takes as one message.
  public static let partBytesMax = 1 << 20

  /// Sections of an answer: its own, and one for each node that a cluster can have.
  static let answerSectionsMax = 1 + nodesMax

  /// Largest answer: a million series of 1 KiB of name and 300 B of histogram are 1.4 GB.
  public static let answerBytesMax = 4 << 30
  /// Most former nodes that are asked: sets that share no node may follow each other four times
  /// within a window.
  public static let formerMax = 4 * nodesMax

  /// Most nodes whose leaving is remembered: those that a source names, and three times as many.
  public static let departedMax = 4 * nodesMax

  /// How much longer than the window a node's leaving is remembered, once no source names it: a
  /// node that was cut off for that long may still name it. Seconds.
  public static let departedGraceSeconds: Int64 = 600

  /// Most nodes whose newest life is remembered: former ones, those that left, and as many more.
  static let livesMax = 4 * formerMax
  // MARK: Handing over

  /// Largest part of what a leaving node hands over: a quarter of what a peer takes as one message.
  public static let slicePartBytesMax = 1 << 20

  /// What one slice takes at most: a start and a count of 6 B, four doubles, two counts of
  /// infinities of 10 B.
  static let sliceBytesMax = 6 + 6 + 4 * 8 + 2 * 10

  /// What one series takes at most besides its name, slices and histograms: a length and two
  /// numbers of 3 B, a double, two times of 6 B, a kind.
  static let sliceSeriesBytesMax = 3 * 3 + 8 + 2 * 6 + 1

  /// What a part takes besides names and slices: ids, numbers, tags and lengths of columns, and up
  /// to 256 lives that it includes, of 80 B.
  static let slicePartOverheadBytes = 32 << 10

  /// Most lives whose windows a node hands on in its own name and tells of: so many may leave one
  /// after the other within a window. Of more, the latest are told.
  public static let includedMax = nodesMax

  /// Between two rounds of questions whether points are on their way to a leaving node.
  static let drainPauseMilliseconds: Int64 = 100

  /// Between two attempts to hand over.
  static let drainRetryMilliseconds: Int64 = 300

  /// How often those that did not hear that a node has left are told again: 10 x 0.3 s. The others
  /// tell them, too.
  static let drainFarewellsMax = 10

  // MARK: Live reports

  /// Series that are gone and remembered for readers of a live report, however few are left; as
  /// many as are left otherwise. 1024 x 100 B = 100 KB.
  public static let liveTombstonesMin = 1024

  // MARK: Placement

  /// How far a node's number of partitions may be from its fair share: 58 to 70 of 64 at 16 nodes.
  /// Less would move more partitions when a node comes or goes.
  static let shareTolerancePercent = 10

  /// Rows looked up at a time when reports are merged, so that their cache misses overlap.
  static let lookaheadRows = 32
}
