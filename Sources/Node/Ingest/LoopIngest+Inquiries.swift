// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// Later copies of batches, which wait until other nodes have said what they know of earlier ones.
/// Meanwhile they hold their stream's credit, so there are never many bytes of them.
extension LoopIngest {
  /// What is to be asked of others before the batch that was read last is taken; nil: nothing.
  func inquiry(_ copy: RowOrigin) -> BatchInquiry? {
    guard copy.age > 0, batch.count > 0, let view = route.inquiries?.view else { return nil }
    let partitions = (0..<batch.count).map { row in
      UInt16(Placement.partition(batchSeries.entries[batch.seriesIndex(row)].hash))
    }
    return BatchInquiry(copy, partitions: partitions, view: view, now: rules.now())
  }

  /// Keeps a batch until its inquiry has ended.
  func hold(_ batch: HeldBatch, _ inquiry: BatchInquiry) {
    if held.begin(batch, inquiry) { inquire(batch, inquiry) }
  }

  private func inquire(_ batch: HeldBatch, _ inquiry: BatchInquiry) {
    let inquirer = route.inquiries?.inquirer
    // It comes back to this loop; nobody else looks at it.
    nonisolated(unsafe) let batch = batch
    Task {
      // Without peers there is nobody left to ask.
      let fate = await inquirer?.fate(of: inquiry) ?? .first
      loop.execute { [self] in
        if let (next, inquiry) = held.end() { inquire(next, inquiry) }
        unsafe resume(batch, fate, of: inquiry.view.epoch)
      }
    }
  }

  private func resume(_ held: HeldBatch, _ fate: BatchFate, of epoch: UInt64) {
    guard !held.sink.isOver else {
      return held.sink.refused(.ok, windowBytes: held.windowBytes)
    }
    do throws(RPCError) {
      let copy = unsafe try read(held.message.span.bytes, held.message.indices, from: held.sink)
      // Its rows may have other owners now.
      if route.inquiries?.view.epoch != epoch, let inquiry = inquiry(copy) {
        return hold(held, inquiry)
      }
      try take(copy, fate, from: held.sink, windowBytes: held.windowBytes)
    } catch {
      held.sink.refused(error.status, windowBytes: held.windowBytes)
    }
  }
}

/// A batch that waits. Confined to its loop.
struct HeldBatch {
  let message: [UInt8]
  let sink: BatchSink
  let windowBytes: Int

  init(_ bytes: RawSpan, _ body: Range<Int>, _ sink: BatchSink, windowBytes: Int) {
    message = unsafe bytes.extracting(body).withUnsafeBytes { unsafe Array($0) }
    self.sink = sink
    self.windowBytes = windowBytes
  }
}

/// The batches of a loop that wait: for their inquiries, or for others' to end first.
struct HeldBatches {
  /// Inquiries at a time: as many as a client of ours has batches under way.
  private static let inquiriesMax = 64

  private var inquiries = 0
  private var waiting = FIFO<(HeldBatch, BatchInquiry)>()

  /// True: the inquiry is to be made now.
  mutating func begin(_ batch: HeldBatch, _ inquiry: BatchInquiry) -> Bool {
    guard inquiries < Self.inquiriesMax else {
      waiting.append((batch, inquiry))
      return false
    }
    inquiries += 1
    return true
  }

  /// An inquiry has ended: gives the one that is to be made now.
  mutating func end() -> (HeldBatch, BatchInquiry)? {
    if let next = waiting.popFirst() { return next }
    inquiries -= 1
    return nil
  }
}
