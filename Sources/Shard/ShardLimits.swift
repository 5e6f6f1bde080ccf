// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and its arithmetic.
public enum ShardLimits {
  /// Default span a report covers.
  public static let windowSecondsDefault: Int64 = 3600

  /// Longest window: a week. With ``resolutionSecondsMax`` it bounds a slice's count.
  public static let windowSecondsMax: Int64 = 7 * 86_400

  /// Default span of a slice.
  public static let resolutionSecondsDefault: Int64 = 10

  /// Longest slice. A slice counts to 2^40 = 1.1e12: 300 million points a second for an hour.
  public static let resolutionSecondsMax: Int64 = 3600

  /// Default span ahead of the node's clock in which points are taken.
  public static let futureGraceSecondsDefault: Int64 = 60

  /// Furthest ahead of the node's clock that points may be taken.
  public static let futureGraceSecondsMax: Int64 = 3600

  /// Most slices of a series: a day at one second is 86 472. At 40 B each: 4 MB a busy series.
  public static let slicesMax = 100_000

  /// Most points of a slice: what 40 bits count.
  public static let slicePointsMax: Int64 = 1 << 40 - 1

  /// How far the clocks of two callers of one shard may lie apart: two loops read the time up to
  /// a batch's delay apart. A step backwards beyond it is a clock that was set.
  public static let clockSkewSeconds: Int64 = 10

  /// Latest clock, so that no sum of times overflows: 2^40 s is the year 36 812.
  public static let clockSecondsMax: Int64 = 1 << 40

  /// Default length of a name.
  public static let nameBytesMaxDefault = 1024

  /// Longest name that can be configured; a record keeps the length in 16 bits.
  public static let nameBytesMax = 16_384

  /// Most labels of a point, those with an empty value among them.
  public static let labelsMax = 64

  /// Bytes of the labels' names and values of a point, and two more for each label.
  public static let labelBytesMax = 4096

  /// Longest series key: name and labels. A record keeps the length in 16 bits.
  public static let keyBytesMax = nameBytesMax + labelBytesMax

  /// Default number of series a node holds. At 17.5 kB a busy series: 17.5 GB when all are busy.
  public static let seriesMaxDefault = 1_000_000

  /// Rows of a batch: 4096 x (4 columns x 8 B + 4 B) = 147 KB, inside a core's second cache.
  public static let batchRowsDefault = 4096

  /// Name bytes of a batch: 48 B a row.
  public static let batchNameBytesDefault = 192 * 1024

  /// Points resolved at a time, so that their cache misses overlap. Measured at 100 k series: 32
  /// take 46 ns a point, 64 take 37.
  static let lookaheadPoints = 64

  /// Series read at a time, so that their cache misses overlap: 16 x ~2.5 KB stay in the second
  /// cache.
  static let lookaheadSeries = 16

  /// Slices a series has room for at first: 3 x 48 B = 144 B, a step more than the smallest piece
  /// of memory, which has room for 2.
  static let sparseSlicesMin = 3

  /// Slices a series holds before it gets blocks: 24 x 48 B = 1152 B, about one block.
  static let sparseSlicesMax = 24

  /// Values whose buckets a series keeps in a list before it gets a histogram for each group of
  /// slices: 8 B + 32 x 4 B = 136 B, the smallest piece of memory.
  static let listedBucketsMax = 32

  /// Counters that a histogram which has become too small gets besides those it needs: at a byte
  /// each a step of the allocator.
  static let spareBucketsMin = 16

  /// Blocks of a series, one bit each in its header's mask.
  static let blocksMax = 64

  /// Smallest table of series: 64 x 16 B = 1 KiB.
  static let tableSlotsMin = 64

  /// Table slots one sweep step looks at: 4096 x ~50 ns = 0.2 ms when none is idle; 3000 busy
  /// series to be freed take ~1 us each.
  static let sweepSlotsMax = 4096

  /// Whole table sweeps in the time of a window: an idle series is given back about a quarter of
  /// a window after its last point left, at the latest.
  static let sweepsPerWindow: Int64 = 4

  /// Slices after which a step of an export ends: 16 384 x 96 B = 1.6 MB, some 0.3 ms. The last
  /// series of a step comes whole, so there may be ``slicesMax`` more.
  static let exportSlicesMax = 16_384

  /// Table slots after which a step of an export ends: 16 384 x ~5 ns = 0.1 ms when all are empty.
  static let exportSlotsMax = 16_384

  /// Characters other than `*` in a glob: one bit each, and one more, in 128.
  public static let globCharactersMax = 127
}
