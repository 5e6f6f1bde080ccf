// SPDX-License-Identifier: Apache-2.0

/// The series of a shard by name: open addressing with linear probing, 16 B a slot, and 2 B more
/// once a series has labels; at most three quarters full.
///
/// The hash arrives with its low bits equal over the shard and its high bits equal over a
/// partition, so the home slot comes from a multiplicative remix of all of them. Home slots keep
/// the order of remixed hashes: growing is one sequential pass (25 ms at 800 k series, the longest
/// pause there is), and removing moves followers back, so there are no tombstones.
/// Nothing keeps names that were made to collide from being slow: the hash has no key.
///
/// Owns its slots; the series' records are freed by whoever removes them.
@safe
struct SeriesTable: ~Copyable {
  @unsafe
  struct Slot {
    var hash: UInt64
    var header: UnsafeMutablePointer<Series.Header>?
  }

  private(set) var count = 0
  private(set) var capacity: Int
  private var shift: UInt64
  private var slots: UnsafeMutablePointer<Slot>
  /// The ``LabelMarks`` of each slot's series; 0 where there is none. Not in the slots: a question
  /// reads all of these, and few of those. Nil: no series had labels yet.
  private var marks: UnsafeMutablePointer<UInt16>?

  init() {
    capacity = ShardLimits.tableSlotsMin
    shift = SeriesTable.shift(capacity)
    unsafe slots = SeriesTable.emptySlots(capacity)
  }

  deinit {
    unsafe slots.deallocate()
    unsafe marks?.deallocate()
  }

  var bytes: Int {
    let slotBytes = unsafe Heap.chunkBytes(capacity * MemoryLayout<Slot>.stride)
    guard unsafe marks != nil else { return slotBytes }
    return slotBytes + Heap.chunkBytes(capacity * MemoryLayout<UInt16>.stride)
  }

  /// The label marks of the series in slot `position`; 0 when it has no labels, or is not there.
  @inline(__always)
  func labelMarks(_ position: Int) -> UInt16 {
    assert(position >= 0 && position < capacity)
    return unsafe marks?[position] ?? 0
  }

  /// The record in slot `position`, if any.
  @inline(__always)
  func slot(_ position: Int) -> Slot {
    assert(position >= 0 && position < capacity)
    return unsafe slots[position]
  }

  /// Pulls the home slot near; its content, to be summed into something that is kept.
  @inline(__always)
  func touch(hash: UInt64) -> UInt64 {
    unsafe slots[home(hash)].hash
  }

  /// The first record with this hash, whatever its name; nil when there is none. Touches one cache
  /// line, mostly.
  @inline(__always)
  func candidate(hash: UInt64) -> UnsafeMutablePointer<Series.Header>? {
    var position = home(hash)
    while true {
      let slot = unsafe slots[position]
      if unsafe slot.hash == hash || slot.header == nil { return unsafe slot.header }
      position = next(position)
    }
  }

  /// The record with this hash and name. O(1) on average.
  func find(
    hash: UInt64, name: UnsafeRawPointer, length: Int
  ) -> UnsafeMutablePointer<Series.Header>? {
    var position = home(hash)
    while let header = unsafe slots[position].header {
      if unsafe slots[position].hash == hash && Series(header).isNamed(name, length: length) {
        return unsafe header
      }
      position = next(position)
    }
    return nil
  }

  /// Adds a record that is not there. O(1) on average, O(capacity) when the table grows.
  mutating func insert(
    _ header: UnsafeMutablePointer<Series.Header>, hash: UInt64, labelMarks: UInt16
  ) {
    if 4 * (count + 1) > 3 * capacity { resize(to: 2 * capacity) }
    unsafe place(Slot(hash: hash, header: header), labelMarks)
    count += 1
  }

  /// Empties a slot and moves back those behind it that it kept from their home. What lay behind
  /// may lie at `position` afterwards.
  mutating func remove(at position: Int) {
    var hole = position
    var follower = next(hole)
    while unsafe slots[follower].header != nil {
      let distance = (follower - home(unsafe slots[follower].hash)) & (capacity - 1)
      if distance >= (follower - hole) & (capacity - 1) {
        unsafe slots[hole] = unsafe slots[follower]
        if let marks = unsafe marks { unsafe marks[hole] = unsafe marks[follower] }
        hole = follower
      }
      follower = next(follower)
    }
    unsafe slots[hole].header = nil
    unsafe slots[hole].hash = 0
    unsafe marks?[hole] = 0
    count -= 1
  }

  /// Halves the table while an eighth of it would do. O(capacity) when it does.
  mutating func shrink() {
    var target = capacity
    while target > ShardLimits.tableSlotsMin && 8 * count < target { target /= 2 }
    if target < capacity { resize(to: target) }
  }

  private mutating func resize(to newCapacity: Int) {
    let old = unsafe slots
    let oldMarks = unsafe marks
    let oldCapacity = capacity
    capacity = newCapacity
    shift = SeriesTable.shift(newCapacity)
    unsafe slots = SeriesTable.emptySlots(newCapacity)
    if unsafe marks != nil { unsafe marks = SeriesTable.emptyMarks(newCapacity) }
    for position in 0..<oldCapacity where unsafe old[position].header != nil {
      unsafe place(old[position], oldMarks?[position] ?? 0)
    }
    unsafe old.deallocate()
    unsafe oldMarks?.deallocate()
  }

  private mutating func place(_ slot: Slot, _ labelMarks: UInt16) {
    var position = unsafe home(slot.hash)
    while unsafe slots[position].header != nil { position = next(position) }
    unsafe slots[position] = unsafe slot
    if unsafe labelMarks != 0 && marks == nil { unsafe marks = SeriesTable.emptyMarks(capacity) }
    unsafe marks?[position] = labelMarks
  }

  @inline(__always)
  private func home(_ hash: UInt64) -> Int { home(remixed: SeriesTable.remix(hash)) }

  @inline(__always)
  func home(remixed: UInt64) -> Int { Int(truncatingIfNeeded: remixed &>> shift) }

  /// Spreads all bits of a hash over the highest; one to one.
  @inline(__always)
  static func remix(_ hash: UInt64) -> UInt64 { hash &* 0x9E37_79B9_7F4A_7C15 }

  /// The smallest remixed hash whose home is the slot behind `home`; nil: that was the last slot.
  func remixed(behind home: Int) -> UInt64? {
    home + 1 < capacity ? UInt64(home + 1) << shift : nil
  }

  /// Where records lie whose home is `home` and whose remixed hash is at least `first`. O(records
  /// up to the next empty slot).
  func positions(homedAt home: Int, from first: UInt64) -> [Int] {
    var positions: [Int] = []
    var position = home
    while unsafe slots[position].header != nil {
      let remixed = unsafe SeriesTable.remix(slots[position].hash)
      if remixed >= first, self.home(remixed: remixed) == home { positions.append(position) }
      position = next(position)
    }
    return positions
  }

  @inline(__always)
  private func next(_ position: Int) -> Int { (position &+ 1) & (capacity &- 1) }

  private static func shift(_ capacity: Int) -> UInt64 {
    UInt64(64 - capacity.trailingZeroBitCount)
  }

  private static func emptySlots(_ capacity: Int) -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
    unsafe slots.initialize(repeating: Slot(hash: 0, header: nil), count: capacity)
    return unsafe slots
  }

  private static func emptyMarks(_ capacity: Int) -> UnsafeMutablePointer<UInt16> {
    let marks = UnsafeMutablePointer<UInt16>.allocate(capacity: capacity)
    unsafe marks.initialize(repeating: 0, count: capacity)
    return unsafe marks
  }
}
