// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// The names that one sender has numbered for one peer: one generation, which only grows.
///
/// Bounded: when a name does not fit, a dictionary with the next number is begun. Columns of the
/// old one keep it alive, unchanged. Names lie in an arena at multiples of eight bytes, padded with
/// zeros, and are found by open addressing with linear probing, at most half full. It is used by
/// one caller at a time.
@safe
public final class NameDictionary {
  /// The generation, from 1.
  public let number: UInt32
  /// Names so far; ids are 0..<count.
  public var count: Int { unsafe places.count }

  struct Place {
    var hash: UInt64
    var offset: UInt32
    var length: UInt32
  }

  /// `length` 0: empty.
  private struct Slot {
    var tag: UInt32
    var id: UInt32
    var offset: UInt32
    var length: UInt32
  }

  private let namesMax: Int
  private let nameBytesMax: Int
  // No method calls out while it writes these, and nobody else is at it: the check of exclusive
  // access would be a tenth of a look-up.
  @exclusivity(unchecked) private var places: [Place] = []
  @exclusivity(unchecked) private var arena: UnsafeMutableRawPointer
  @exclusivity(unchecked) private var arenaBytes = 4096
  @exclusivity(unchecked) private var nameBytes = 0
  @exclusivity(unchecked) private var slots: UnsafeMutablePointer<Slot>
  @exclusivity(unchecked) private var capacity = 64
  @exclusivity(unchecked) private var touched: UInt64 = 0

  /// An empty dictionary.
  ///
  /// - Precondition: `number` is not 0: that stands for bodies that bring their own names. The
  ///   limits are positive, and not above those of ``RouterLimits``.
  public init(
    number: UInt32, namesMax: Int = RouterLimits.dictionaryNamesMax,
    nameBytesMax: Int = RouterLimits.dictionaryNameBytesMax
  ) {
    precondition(number > 0, "dictionaries count from 1")
    precondition((1...RouterLimits.dictionaryNamesMax).contains(namesMax))
    precondition((8...RouterLimits.dictionaryNameBytesMax).contains(nameBytesMax))
    self.number = number
    self.namesMax = namesMax
    self.nameBytesMax = nameBytesMax
    unsafe arena = .allocate(byteCount: arenaBytes, alignment: 8)
    unsafe slots = NameDictionary.emptySlots(capacity)
  }

  deinit {
    unsafe arena.deallocate()
    unsafe slots.deallocate()
  }

  /// The id of a name, which gets the next one if it is new; nil when it is and there is no room.
  /// O(name).
  ///
  /// - Parameter hash: `SeriesKey.hash` of the key.
  /// - Precondition: the range is within the span and has 1 to ``ShardLimits/keyBytesMax`` bytes.
  public func id(hash: UInt64, nameFrom source: RawSpan, range: Range<Int>) -> UInt32? {
    precondition(range.lowerBound >= 0 && range.upperBound <= source.byteCount)
    precondition((1...ShardLimits.keyBytesMax).contains(range.count), "no name")
    return unsafe find(hash, source, range, isPadded: false) ?? add(hash, source, range)
  }

  /// How many bytes the name of an id has.
  public func nameLength(_ id: UInt32) -> Int { unsafe Int(places[Int(id)].length) }

  /// Appends the length, and then the bytes, of an id's name.
  func writeName(_ id: UInt32, to body: inout FrameBodyWriter) {
    let place = unsafe places[Int(id)]
    body.append(varint: UInt64(place.length))
    let name = unsafe UnsafeRawBufferPointer(
      start: arena + Int(place.offset), count: Int(place.length))
    unsafe body.append(name.bytes)
  }
}

extension NameDictionary {
  /// Why ``appendIDs(of:_:to:nameBytes:)`` ended.
  enum OnAppended {
    case all, nameBytesReached, dictionaryFull
  }

  /// Appends the ids of these rows' names, until a new name does not fit or their bytes would be
  /// more than ``RouterLimits/frameNameBytesMax``.
  func appendIDs(
    of batch: PointColumns, _ rows: Range<Int>, to ids: inout OutputSpan<UInt32>,
    nameBytes: inout Int
  ) -> OnAppended {
    batch.withNames { names in
      var sum = nameBytes
      defer { nameBytes = sum }
      let isLarge = count > RouterLimits.lookaheadNamesMin
      for row in rows {
        if isLarge && (row - rows.lowerBound) % RouterLimits.lookaheadNames == 0 {
          unsafe touch(batch, row..<min(row + RouterLimits.lookaheadNames, rows.upperBound))
        }
        let name = batch.nameRange(row)
        guard RouterLimits.frameNameBytesMax - sum >= name.count else { return .nameBytesReached }
        let hash = batch.hash(row)
        // The batch pads its names as the arena does.
        guard
          let id = unsafe find(hash, names, name, isPadded: true)
            ?? id(hash: hash, nameFrom: names, range: name)
        else { return .dictionaryFull }
        ids.append(id)
        sum += name.count
      }
      return .all
    }
  }

  /// Pulls near what finding these rows' names will read: their slots, all at once, then the names.
  @unsafe @inline(__always)
  private func touch(_ batch: PointColumns, _ rows: Range<Int>) {
    var sum: UInt64 = 0
    for row in rows { sum &+= unsafe UInt64(slots[home(batch.hash(row))].offset) }
    for row in rows {
      let offset = unsafe Int(truncatingIfNeeded: slots[home(batch.hash(row))].offset)
      sum &+= unsafe arena.load(fromByteOffset: offset, as: UInt64.self)
    }
    // Kept, or nothing would be read.
    unsafe touched = sum
  }

  /// The id of a name that is here. A range that `isPadded` begins and ends as names in the arena
  /// do; the loads are unchecked.
  @unsafe @inline(__always)
  private func find(
    _ hash: UInt64, _ source: RawSpan, _ range: Range<Int>, isPadded: Bool
  ) -> UInt32? {
    let tag = UInt32(truncatingIfNeeded: hash)
    var position = unsafe home(hash)
    while true {
      let slot = unsafe slots[position]
      if slot.length == 0 { return nil }
      if slot.tag == tag && Int(truncatingIfNeeded: slot.length) == range.count,
        unsafe isEqual(Int(truncatingIfNeeded: slot.offset), source, range, isPadded)
      {
        return slot.id
      }
      position = unsafe (position &+ 1) & (capacity &- 1)
    }
  }

  @unsafe @inline(__always)
  private func isEqual(
    _ offset: Int, _ source: RawSpan, _ range: Range<Int>, _ isPadded: Bool
  ) -> Bool {
    var here = offset
    var there = range.lowerBound
    let wordsEnd = isPadded ? range.upperBound : range.upperBound - 7
    while there < wordsEnd {
      let word = unsafe source.unsafeLoadUnaligned(fromUncheckedByteOffset: there, as: UInt64.self)
      if unsafe arena.load(fromByteOffset: here, as: UInt64.self) != word { return false }
      here += 8
      there += 8
    }
    while there < range.upperBound {
      let byte = unsafe source.unsafeLoad(fromUncheckedByteOffset: there, as: UInt8.self)
      if unsafe arena.load(fromByteOffset: here, as: UInt8.self) != byte { return false }
      here += 1
      there += 1
    }
    return true
  }

  /// Hashes of one peer's names share their high bits with others of a partition, so the home slot
  /// comes from a multiplicative remix of all of them.
  @unsafe @inline(__always)
  private func home(_ hash: UInt64) -> Int {
    let shift = unsafe UInt64(truncatingIfNeeded: 64 &- capacity.trailingZeroBitCount)
    return Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  /// Numbers a name that is not here; nil when there is no room.
  @inline(never)
  private func add(_ hash: UInt64, _ source: RawSpan, _ range: Range<Int>) -> UInt32? {
    let padded = (range.count + 7) & ~7
    guard count < namesMax, unsafe nameBytesMax - nameBytes >= padded else { return nil }
    if unsafe arenaBytes - nameBytes < padded { growArena(to: unsafe nameBytes + padded) }
    if unsafe 2 * (count + 1) > capacity { growSlots() }
    let offset = unsafe nameBytes
    unsafe arena.storeBytes(of: 0, toByteOffset: offset + padded - 8, as: UInt64.self)
    unsafe source.extracting(range).withUnsafeBytes { name in
      unsafe (arena + offset).copyMemory(from: name.baseAddress!, byteCount: name.count)
    }
    unsafe nameBytes += padded
    let place = Place(hash: hash, offset: UInt32(offset), length: UInt32(range.count))
    unsafe places.append(place)
    insert(place, id: UInt32(count - 1))
    return UInt32(count - 1)
  }

  private func insert(_ place: Place, id: UInt32) {
    var position = unsafe home(place.hash)
    while unsafe slots[position].length != 0 { position = unsafe (position + 1) & (capacity - 1) }
    unsafe slots[position] = Slot(
      tag: UInt32(truncatingIfNeeded: place.hash), id: id, offset: place.offset,
      length: place.length)
  }

  private func growArena(to bytes: Int) {
    let grown = unsafe max(2 * arenaBytes, bytes)
    let arena = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 8)
    unsafe arena.copyMemory(from: self.arena, byteCount: nameBytes)
    unsafe self.arena.deallocate()
    unsafe self.arena = arena
    unsafe arenaBytes = grown
  }

  private func growSlots() {
    unsafe slots.deallocate()
    unsafe capacity *= 2
    unsafe slots = NameDictionary.emptySlots(capacity)
    for id in unsafe places.indices { insert(unsafe places[id], id: UInt32(id)) }
  }

  private static func emptySlots(_ capacity: Int) -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
    unsafe slots.initialize(
      repeating: Slot(tag: 0, id: 0, offset: 0, length: 0), count: capacity)
    return unsafe slots
  }
}
