// SPDX-License-Identifier: Apache-2.0

/// One value for each lane.
struct PerLane<Value> {
  var live: Value
  var hint: Value

  init(_ make: (Lane) -> Value) {
    live = make(.live)
    hint = make(.hint)
  }

  subscript(lane: Lane) -> Value {
    get {
      switch lane {
      case .live: live
      case .hint: hint
      }
    }
    _modify {
      switch lane {
      case .live: yield &live
      case .hint: yield &hint
      }
    }
  }
}
