// SPDX-License-Identifier: Apache-2.0

/// Why columns that answers and handed over windows have in common are none.
enum ColumnFault: Error, Hashable {
  /// They have other numbers of rows than they should.
  case columnsDiffer
  /// Statistics that no values have.
  case statisticsInvalid

  /// What it is of an answer.
  var ofAnswer: AnswerFault {
    switch self {
    case .columnsDiffer: .columnsDiffer
    case .statisticsInvalid: .statisticsInvalid
    }
  }

  /// What it is of a part of slices.
  var ofSlices: SliceFault {
    switch self {
    case .columnsDiffer: .columnsDiffer
    case .statisticsInvalid: .statisticsInvalid
    }
  }
}
