// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// One client's stream of batches: each is acked when it is known what became of its points.
/// Confined to its loop.
final class BatchSink: BulkSink {
  private enum State {
    case open
    /// No batch is taken any more; the stream ends when all that were are acked.
    case ending(RPCStatus)
    case over
  }

  private var state = State.open {
    didSet { if case .over = state { ingest.closed(self) } }
  }
  /// Who sends, from the first batch on.
  private var client: [UInt8] = []
  private var messages: Int64 = 0
  /// Batches that are not acked yet.
  private var batchesOpen = 0
  private let call: any BatchCall
  private let ingest: LoopIngest

  init(_ call: any BatchCall, _ ingest: LoopIngest) {
    self.call = call
    self.ingest = ingest
    if let refusal = ingest.opened(self) ?? Self.refusal(ingest) { end(refusal) }
  }

  private static func refusal(_ ingest: LoopIngest) -> RPCStatus? {
    guard !ingest.isMembershipKnown else { return nil }
    return RPCStatus(
      .unavailable, "this node does not know yet who belongs to its cluster; send again")
  }

  // MARK: BulkSink

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    var frames = MessageFrames(range)
    var windowBytes = windowBytes
    while case .open = state, let body = frames.next(in: run) {
      do throws(RPCError) {
        try ingest.take(run, body, from: self, windowBytes: windowBytes)
        windowBytes = 0
      } catch {
        end(error.status)
      }
      messages += 1
    }
    call.returnCredit(windowBytes)
  }

  func receivedEnd() { end(.ok) }

  func askedToEnd(_ status: RPCStatus) -> Bool {
    end(status)
    return true
  }

  func failed(_ status: RPCStatus) -> RPCStatus {
    state = .over
    return status
  }

  // MARK: Batches

  /// Which batch has been read, if the stream may send it.
  func name(_ batch: borrowing PointBatchReader, _ bytes: RawSpan) throws(RPCError) -> BatchName {
    let fault = fault(batch, bytes)
    if let fault { throw RPCError(.invalidArgument, "\(fault)") }
    return BatchName(client: client, sequence: batch.sequence)
  }

  private func fault(_ batch: borrowing PointBatchReader, _ bytes: RawSpan) -> BatchFault? {
    guard (1...RouterLimits.batchClientBytesMax).contains(batch.client.count) else {
      return batch.fault(
        .client,
        "it has \(batch.client.count) bytes, and must have 1 to \(RouterLimits.batchClientBytesMax)"
      )
    }
    guard UTF8Check.isValid(bytes, batch.client) else { return batch.fault(.client, "no UTF-8") }
    let client = unsafe bytes.extracting(batch.client).withUnsafeBytes { unsafe Array($0) }
    if self.client.isEmpty { self.client = client }
    guard client == self.client else {
      return batch.fault(.client, "it is another one than in the batch before")
    }
    guard batch.sequence > 0 else { return batch.fault(.sequence, "it is 0; batches count from 1") }
    guard batch.sequence > batch.confirmed else {
      return batch.fault(.sequence, "it is not above confirmed, \(batch.confirmed)")
    }
    guard batch.sequence - batch.confirmed <= RouterLimits.batchesUnconfirmedMax else {
      return batch.fault(
        .sequence,
        "it is more than \(RouterLimits.batchesUnconfirmedMax) above confirmed, \(batch.confirmed)")
    }
    return nil
  }

  /// A message is no batch at all.
  func noBatch(_ error: PointError, at start: Int) -> RPCError {
    let error = PointError(error.reason, offset: error.offset - start)
    return RPCError(
      .invalidArgument, "message \(messages) is no telemetry.PointBatch: \(error)")
  }

  /// A batch is on its way.
  func began() { batchesOpen += 1 }

  /// Nobody waits for acks any more.
  var isOver: Bool { if case .over = state { true } else { false } }

  /// A batch that was on its way cannot be taken.
  func refused(_ status: RPCStatus, windowBytes: Int) {
    batchesOpen -= 1
    call.returnCredit(windowBytes)
    end(status)
    endIfDone()
  }

  /// It is known what became of a batch.
  func settled(_ batch: BatchCopy, windowBytes: Int) {
    batchesOpen -= 1
    if case .over = state {
    } else {
      call.send(unsafe ingest.ack(batch.tally, batch: batch.name.sequence).encoded())
    }
    call.returnCredit(windowBytes)
    endIfDone()
  }

  private func end(_ status: RPCStatus) {
    guard case .open = state else { return }
    state = .ending(status)
    endIfDone()
  }

  private func endIfDone() {
    guard batchesOpen == 0, case .ending(let status) = state else { return }
    state = .over
    call.finish(status, message: nil)
  }
}
