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
  func hold(_ held: HeldBatch, _ inquiry: BatchInquiry) {
    guard let inquirer = route.inquiries?.inquirer else {
      preconditionFailure("an inquiry, and nobody who makes it")
    }
    // It comes back to this loop; nobody else looks at it.
    nonisolated(unsafe) let held = held
    Task {
      let fate = await inquirer.fate(of: inquiry)
      loop.execute { [self] in unsafe resume(held, fate, of: inquiry.view.epoch) }
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
