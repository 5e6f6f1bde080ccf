// SPDX-License-Identifier: Apache-2.0
internal import Router

/// Any bytes as what peers ask and tell of batches: they are refused, or come back as they were
/// read. To take marks over twice changes nothing.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBatchMarks(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  if let question = FenceQuestion(decoding: bytes) {
    precondition(FenceQuestion(decoding: question.encoded()) == question, "another question")
  }
  for rows in [0, 1, 13, 64] {
    guard let answer = BatchMarks.Answer(decoding: bytes, rows: rows) else { continue }
    precondition(BatchMarks.Answer(decoding: answer.encoded(), rows: rows) == answer, "another")
  }
  guard let part = try? MarksPartReader.read(bytes) else { return 0 }
  var marks = BatchMarks(keepSeconds: 100)
  for handed in part.marks { marks.adopt(handed, now: 0) }
  let once = Set(marks.handed)
  for handed in part.marks { marks.adopt(handed, now: 0) }
  precondition(Set(marks.handed) == once, "twice is not as good as once")
  var parts = MarksParts(cluster: part.cluster)
  for handed in marks.handed {
    for message in parts.add(handed) {
      precondition((try? MarksPartReader.read(message)) != nil, "no marks when written")
    }
  }
  for message in parts.finish() {
    precondition((try? MarksPartReader.read(message)) != nil, "no marks when written")
  }
  return 0
}
