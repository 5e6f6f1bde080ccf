// SPDX-License-Identifier: Apache-2.0

/// Accepted points on their way to one shard: columns and one arena of names, allocated once and
/// reused.
///
/// The life of a batch: ``append(hash:nameFrom:range:value:time:ordinal:)`` until full,
/// ``Aggregator/apply(_:now:)``, read ``rejections``, ``reset()``. Names lie in the arena at
/// multiples of eight bytes, padded with zeros, so that they compare and copy by words. Rows that
/// are known to be of one series have their name from one place.
///
/// `@unchecked Sendable` holds because a batch has one owner at a time: who fills it hands it over
/// with `apply` and does not touch it until that returns.
@safe
public final class PointColumns: @unchecked Sendable {
  /// A point the shard did not take.
  @frozen
  public struct Rejection: Sendable, Hashable {
    /// Its row in the batch.
    public let row: Int
    /// The caller's tag of the row.
    public let ordinal: UInt32
    /// Why.
    public let reason: RejectReason
  }

  /// Where a row's name lies in the arena.
  @usableFromInline
  struct NameReference: Equatable {
    @usableFromInline let offset: UInt32
    @usableFromInline let length: UInt32

    @inlinable
    init(offset: UInt32, length: UInt32) {
      self.offset = offset
      self.length = length
    }
  }

  /// Most rows.
  public let rowsMax: Int
  /// Bytes of the name arena; a name takes its length rounded up to eight.
  public let nameBytesMax: Int
  /// Rows appended since the last reset.
  @inlinable
  public var count: Int { unsafe rows }
  /// Rows that the last apply did not take, in row order. Normally empty.
  public internal(set) var rejections: [Rejection] = []
  /// Rows of batches that may come again, in row order.
  public internal(set) var originRuns: [OriginRun] = []
  /// Which batch the rows from `first` on came in.
  var originOpen: (origin: RowOrigin, first: Int, firstOrdinal: UInt32)?

  // A batch has one owner at a time, and no method calls out while it writes these: the check of
  // exclusive access would be a sixth of a point's cost.
  @exclusivity(unchecked) @usableFromInline var rows = 0
  @exclusivity(unchecked) @usableFromInline var nameBytes = 0
  @exclusivity(unchecked) @usableFromInline var kindBits: UInt8 = 0
  /// Some rows have their name from one place.
  @exclusivity(unchecked) var hasRuns = false
  @usableFromInline let hashes: UnsafeMutablePointer<UInt64>
  @usableFromInline let names: UnsafeMutablePointer<NameReference>
  @usableFromInline let values: UnsafeMutablePointer<Double>
  @usableFromInline let times: UnsafeMutablePointer<Int64>
  @usableFromInline let ordinals: UnsafeMutablePointer<UInt32>
  @usableFromInline let kinds: UnsafeMutablePointer<UInt8>
  @usableFromInline let arena: UnsafeMutableRawPointer

  /// An empty batch with room for `rowsMax` points and `nameBytesMax` bytes of names.
  public init(
    rowsMax: Int = ShardLimits.batchRowsDefault,
    nameBytesMax: Int = ShardLimits.batchNameBytesDefault
  ) {
    precondition(rowsMax > 0 && nameBytesMax >= 8 && nameBytesMax <= 1 << 30)
    self.rowsMax = rowsMax
    self.nameBytesMax = nameBytesMax & ~7
    unsafe hashes = .allocate(capacity: rowsMax)
    unsafe names = .allocate(capacity: rowsMax)
    unsafe values = .allocate(capacity: rowsMax)
    unsafe times = .allocate(capacity: rowsMax)
    unsafe ordinals = .allocate(capacity: rowsMax)
    unsafe kinds = .allocate(capacity: rowsMax)
    unsafe arena = .allocate(byteCount: nameBytesMax, alignment: 8)
  }

  deinit {
    unsafe hashes.deallocate()
    unsafe names.deallocate()
    unsafe values.deallocate()
    unsafe times.deallocate()
    unsafe ordinals.deallocate()
    unsafe kinds.deallocate()
    unsafe arena.deallocate()
  }

  /// No rows yet.
  @inlinable
  public var isEmpty: Bool { unsafe rows == 0 }

  /// Forgets all rows and rejections; keeps the memory. O(1).
  public func reset() {
    unsafe rows = 0
    unsafe nameBytes = 0
    unsafe kindBits = 0
    unsafe hasRuns = false
    if !originRuns.isEmpty { originRuns.removeAll(keepingCapacity: true) }
    originOpen = nil
    if !rejections.isEmpty { rejections.removeAll(keepingCapacity: true) }
  }

  /// Adds a point whose series key is `source[range]`, or answers false when the batch is full.
  /// O(key).
  ///
  /// - Parameters:
  ///   - hash: `SeriesKey.hash` of the key.
  ///   - time: Unix seconds, as ``Admission`` gave it.
  ///   - ordinal: the caller's tag of the row; comes back with a rejection.
  ///   - kind: the number of its `telemetry.MetricKind`.
  /// - Precondition: the name alone fits an empty batch.
  @inlinable
  public func append(
    hash: UInt64, nameFrom source: RawSpan, range: Range<Int>, value: Double, time: Int64,
    ordinal: UInt32, kind: UInt8 = 0
  ) -> Bool {
    let length = range.count
    let padded = (length + 7) & ~7
    precondition(range.lowerBound >= 0 && range.upperBound <= source.byteCount)
    precondition(padded <= nameBytesMax, "name longer than an empty batch")
    guard unsafe rows < rowsMax, unsafe nameBytesMax - nameBytes >= padded else { return false }
    let row = unsafe rows
    unsafe hashes[row] = hash
    unsafe names[row] = NameReference(
      offset: UInt32(truncatingIfNeeded: nameBytes), length: UInt32(truncatingIfNeeded: length))
    unsafe values[row] = value
    unsafe times[row] = time
    unsafe ordinals[row] = ordinal
    unsafe kinds[row] = kind
    unsafe kindBits |= kind
    copyName(source, range)
    unsafe nameBytes += padded
    unsafe rows += 1
    return true
  }

  /// Copies words, then the rest below zeros. The caller checked both ends.
  @inlinable
  @inline(__always)
  func copyName(_ source: RawSpan, _ range: Range<Int>) {
    var from = range.lowerBound
    var to = unsafe nameBytes
    while range.upperBound - from >= 8 {
      let word = unsafe source.unsafeLoadUnaligned(
        fromUncheckedByteOffset: from, as: UInt64.self)
      unsafe arena.storeBytes(of: word, toByteOffset: to, as: UInt64.self)
      from += 8
      to += 8
    }
    guard from < range.upperBound else { return }
    var word: UInt64 = 0
    if range.count >= 8 {
      // The last eight bytes of the name; those already copied are shifted out.
      let last = unsafe source.unsafeLoadUnaligned(
        fromUncheckedByteOffset: range.upperBound - 8, as: UInt64.self)
      word =
        UInt64(littleEndian: last)
        >> UInt64(truncatingIfNeeded: 8 * (8 - (range.upperBound - from)))
    } else {
      var shift: UInt64 = 0
      while from < range.upperBound {
        let byte = unsafe source.unsafeLoad(fromUncheckedByteOffset: from, as: UInt8.self)
        word |= UInt64(byte) << shift
        shift += 8
        from += 1
      }
    }
    unsafe arena.storeBytes(of: word.littleEndian, toByteOffset: to, as: UInt64.self)
  }
}

extension PointColumns {
  /// The caller's tags of all rows, in order. O(rows), a copy.
  public var allOrdinals: [UInt32] {
    unsafe Array(UnsafeBufferPointer(start: ordinals, count: rows))
  }

  /// Lists a row that the shard did not take.
  func reject(_ row: Int, _ reason: RejectReason) {
    rejections.append(Rejection(row: row, ordinal: unsafe ordinals[row], reason: reason))
  }
}
