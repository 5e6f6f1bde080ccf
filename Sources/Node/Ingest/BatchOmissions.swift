// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Rows of one copy of a batch that are not taken, and why. Of a first copy there are none.
struct BatchOmissions {
  /// All of them.
  private(set) var rows = RowSet(rows: 0)
  /// Of the node's own rows, those that earlier copies have claimed here.
  private(set) var claimedEarlier = RowSet(rows: 0)
  /// Those that are not just repeated.
  private var superseded = RowSet(rows: 0)
  private var unknown = RowSet(rows: 0)

  /// Nothing is left out.
  static let none = BatchOmissions()

  private init() {}

  /// What a copy leaves out after other nodes were asked, and what of its own rows it got.
  ///
  /// - Parameters:
  ///   - fate: of the batch's earlier copies.
  ///   - own: the rows that the node would take itself, without what the fate tells.
  ///   - grant: of these.
  init(points: Int, _ fate: BatchFate, own: RowSet, grant: BatchMarks.Grant) {
    var left = own
    left.subtract(grant.rows)
    superseded = grant.superseded
    claimedEarlier = left
    claimedEarlier.subtract(superseded)
    guard case .known(let repeated, let unknown) = fate else {
      rows = .all(of: points)
      return
    }
    self.unknown = unknown
    if left.isEmpty && repeated.isEmpty && unknown.isEmpty { return }
    rows = left
    rows.formUnion(repeated)
    rows.formUnion(unknown)
  }

  /// All rows are repeated.
  static func all(of points: Int) -> BatchOmissions {
    var omissions = BatchOmissions()
    omissions.rows = .all(of: points)
    return omissions
  }

  /// Why a row is left out; nil: an earlier copy has brought it.
  func reason(_ row: Int) -> Shard.RejectReason? {
    if unknown.contains(row) { return .outcomeUnknown }
    return superseded.contains(row) ? .superseded : nil
  }
}
