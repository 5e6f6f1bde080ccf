// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

/// What a loop knows of the names with more than their share of its points.
struct HotSpread {
  var hot: HotNames
  /// Points until the next one that ``hot`` gets to see: by chance, so that no rhythm of the points
  /// hides some of them.
  private(set) var pointsUnsampled = HotNames.pointsPerSample
  /// Any seed will do; not the system's chance, which costs a call of the kernel.
  private var chance: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// Points of hot series so far: 64 in a row go to one shard.
  var points = 0
  /// Batches of clients with a hot series so far.
  var batches = 0
  /// When a name was last told of, Unix seconds.
  var told: Int64 = 0

  init(shards: Int, samples: Int) { hot = HotNames(shards: shards, samples: samples) }

  /// So many points were passed by.
  mutating func pass(_ unsampled: Int) { pointsUnsampled = unsampled }

  /// Which of `count` points is the sample; says when the next one is due.
  mutating func draw(of count: Int) -> Int {
    // Xorshift: Marsaglia, "Xorshift RNGs", 2003.
    chance ^= chance << 13
    chance ^= chance >> 7
    chance ^= chance << 17
    pointsUnsampled = 1 + Int(chance >> 32) % (2 * HotNames.pointsPerSample)
    return Int(chance & 0xFFFF_FFFF) % count
  }
}

extension LoopIngest {
  @inline(never)
  func sample(_ hashes: InlineArray<4, UInt64>, _ count: Int) {
    let lane = unsafe spread.draw(of: count)
    if unsafe spread.hot.sample(hashes[lane], now: unsafe admission.now) { markHot() }
  }

  /// One point more, the sample or not.
  func sample(_ hash: UInt64) {
    let unsampled = unsafe spread.pointsUnsampled - 1
    unsafe spread.pass(unsampled)
    if unsampled <= 0 { sample([hash, 0, 0, 0], 1) }
  }

  func markHot() {
    slots = route.slots
    for name in unsafe spread.hot.names {
      slots[Placement.partition(UInt64(name) << 32)].isHot = true
    }
    for series in unsafe spread.hot.series { slots[Placement.partition(series)].isHot = true }
  }

  /// Where a point of a partition with hot names goes: one of a hot name to an own shard, and of a
  /// hot series to one after the other.
  @inline(never)
  func hotPlace(_ hash: UInt64, _ home: Int, _ run: RawSpan, _ name: Range<Int>) -> Int {
    let isSeries = unsafe spread.hot.holds(hash)
    guard unsafe isSeries || spread.hot.holdsName(of: hash) else { return home }
    if unsafe spread.hot.takeNews(hash) { tellHot(run, name) }
    guard isSeries else { return placement.shard(hash) }
    unsafe spread.points &+= 1
    return unsafe (spread.points >> 6) % shards.count
  }

  /// At most one line every ten seconds, and not on the loop: a log waits until it is written.
  private func tellHot(_ run: RawSpan, _ name: Range<Int>) {
    guard let tell = rules.tellHot, unsafe abs(admission.now - spread.told) >= 10 else { return }
    unsafe spread.told = admission.now
    let text = unsafe run.extracting(name).withUnsafeBytes {
      unsafe String(decoding: $0, as: UTF8.self)
    }
    Task.detached { tell(text) }
  }

  /// Whether a point was refused as of a new series where it is only because its name is, or was,
  /// hot. At home it may be known.
  ///
  /// What may come again is never sent to another node after it was taken for the node's own.
  func isAway(
    _ rejection: PointColumns.Rejection, of batch: PointColumns, on shard: Int, _ turn: IngestTurn
  ) -> Bool {
    guard rejection.reason == .seriesLimit else { return false }
    let hash = batch.hash(rejection.row)
    if homePlace(hash) < shards.count || turn.mayComeAgain(rejection.ordinal) {
      return placement.shard(hash) != shard
    }
    return unsafe spread.hot.holdsName(of: hash) || spread.hot.isRefusing
  }

  private func homePlace(_ hash: UInt64) -> Int {
    let slot = route.slots[Placement.partition(hash)]
    return Int(slot.base) + placement.shard(hash) & Int(slot.mask)
  }

  /// The node is full: these rows go where they would have gone, in batches of the same turn.
  func sendHome(_ rows: [Int], of batch: PointColumns, _ turn: IngestTurn) {
    unsafe spread.hot.refuse()
    markHot()
    var batches: [Int: PointColumns] = [:]
    for row in rows {
      let hash = batch.hash(row)
      let staysHere = turn.mayComeAgain(batch.ordinal(row))
      let place = staysHere ? placement.shard(hash) : homePlace(hash)
      let home = batches[place] ?? spare.popLast() ?? limits.emptyBatch()
      batches[place] = home
      let isIn = batch.withNames { names in
        home.append(
          hash: hash, nameFrom: names, range: batch.nameRange(row),
          value: batch.value(row), time: batch.time(row), ordinal: batch.ordinal(row),
          kind: batch.kind(row))
      }
      precondition(isIn, "a part of a batch is larger than a batch")
    }
    for (place, batch) in batches { send(batch, place, turn) }
  }
}
