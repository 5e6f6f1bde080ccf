// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Testing

@testable import Node

extension PointBatch {
  /// One point a value, of one series after the other.
  static func of(
    _ sequence: UInt64, client: String = "c", confirmed: UInt64 = 0, names: [String] = ["a", "b"],
    values: [Double] = [1, 2, 3], time: Int64 = 0
  ) -> PointBatch {
    .with { batch in
      batch.client = client
      batch.sequence = sequence
      batch.confirmed = confirmed
      batch.series = names.map { name in .with { $0.metric = name } }
      batch.seriesIndices = values.indices.map { UInt32($0 % max(1, names.count)) }
      batch.values = values
      batch.firstTime = time
    }
  }
}

@Suite("PushBatches", .timeLimit(.minutes(5)))
struct BatchTests {
  /// Sends batches on one stream and gives back the acks by sequence.
  static func push(_ client: NodeClient, _ batches: [PointBatch]) async throws -> [BatchAck] {
    let stream = try await client.pushBatches()
    for batch in batches { try await stream.send(batch) }
    try await stream.finishSending()
    var acks: [BatchAck] = []
    while let ack = try await stream.next() { acks.append(ack) }
    return acks
  }

  static func counts(_ client: NodeClient) async throws -> [String: Int64] {
    let report = try Report(decoding: try await client.summaryBytes(SummaryRequest()))
    return report.metrics.mapValues(\.count)
  }

  @Test("each batch is acked, and its points are in every later report")
  func acked() async throws {
    try await TestNode.run { client in
      let acks = try await Self.push(client, (1...20).map { .of($0) })
      #expect(Set(acks.map(\.sequence)) == Set(1...20))
      #expect(acks.allSatisfy { $0.pointsReceived == 3 && $0.level == .applied })
      #expect(acks.allSatisfy { $0.pointsRepeated == 0 && $0.pointsRejected == 0 })
      #expect(try await Self.counts(client) == ["a": 40, "b": 20])
    }
  }

  @Test("of a series with most of the points each counts once, too, however often it is sent")
  func hot() async throws {
    let values = [Double](repeating: 1, count: 60_000)
    try await TestNode.run(loops: 3) { client in
      let batches = (1...4).map { PointBatch.of(UInt64($0), names: ["hot"], values: values) }
      for _ in 0..<2 {
        let acks = try await Self.push(client, batches)
        #expect(acks.reduce(0) { $0 + $1.pointsReceived } == 240_000)
      }
      #expect(try await Self.counts(client) == ["hot": 240_000])
    }
  }

  @Test("a batch that is sent again counts once, on the same stream and on others")
  func repeated() async throws {
    try await TestNode.run(loops: 3) { client in
      let first = try await Self.push(client, [.of(1), .of(1), .of(2)])
      #expect(first.reduce(0) { $0 + $1.pointsReceived } == 9)
      #expect(first.reduce(0) { $0 + $1.pointsRepeated } == 3)
      try await withThrowingTaskGroup(of: [BatchAck].self) { tasks in
        for _ in 0..<8 { tasks.addTask { try await Self.push(client, (1...30).map { .of($0) }) } }
        for try await acks in tasks {
          #expect(acks.count == 30 && acks.allSatisfy { $0.pointsReceived == 3 })
        }
      }
      #expect(try await Self.counts(client) == ["a": 60, "b": 30])
    }
  }

  @Test("a batch that the client has confirmed is late, whatever it holds")
  func late() async throws {
    try await TestNode.run { client in
      _ = try await Self.push(client, [.of(7, confirmed: 6)])
      let acks = try await Self.push(client, [.of(3)])
      #expect(acks.map(\.pointsRepeated) == [3])
      #expect(try await Self.counts(client) == ["a": 2, "b": 1])
    }
  }

  @Test("points are rejected one by one, and stay rejected when the batch comes again")
  func rejected() async throws {
    try await TestNode.run { client in
      var batch = PointBatch.of(1, names: ["a", "", "b"], values: [1, 2, .nan, 4, 5, 6])
      batch.timeDeltas = [0, 0, 0, 1, 0, 0]
      for repeats in [0, 1] as [Int64] {
        let ack = try #require(try await Self.push(client, [batch]).first)
        #expect(ack.pointsReceived == 1 + 0 && ack.pointsRejected == 5)
        #expect(ack.pointsRepeated == repeats)
        #expect(ack.rejections.map(\.reason) == [.valueNan, .nameEmpty, .timeTooOld])
        #expect(ack.rejections.map(\.firstIndex) == [2, 1, 3])
      }
      #expect(try await Self.counts(client) == ["a": 1])
    }
  }

  @Test("a kind that nobody knows is none", arguments: [4, 200, 256, Int32.max, -1])
  func unknownKind(number: Int32) async throws {
    try await TestNode.run { client in
      var batch = PointBatch.of(1, names: ["a"])
      batch.series[0].kind = MetricKind(rawValue: number)
      #expect(try await Self.push(client, [batch]).map(\.pointsReceived) == [3])
      let report = try Report(decoding: try await client.summaryBytes(SummaryRequest()))
      #expect(report.metrics["a"]?.count == 3 && report.metrics["a"]?.kind == .unspecified)
    }
  }

  @Test("labels make the series, in whatever order they come")
  func labels() async throws {
    try await TestNode.run { client in
      var batch = PointBatch.of(1, names: ["a", "a", "a"], values: [1, 2, 3])
      batch.series[1].labels = ["host": "x", "zone": "y"]
      batch.series[2].labels = ["": "y"]
      let ack = try #require(try await Self.push(client, [batch]).first)
      #expect(ack.pointsReceived == 2)
      #expect(ack.rejections.map(\.reason) == [.labelInvalid])
    }
  }

  static let faults: [(PointBatch, String)] = [
    (.of(1, client: ""), "client"),
    (.of(1, client: String(repeating: "c", count: 65)), "client"),
    (.of(0), "sequence"),
    (.of(5, confirmed: 5), "sequence"),
    (.of(1026, confirmed: 1), "sequence: it is more than 1024 above"),
    (
      .with {
        $0.client = "c"; $0.sequence = 9; $0.values = [1]
      }, "batch 9: values[0]"
    ),
    (.of(2, names: []), "batch 2: series_indices[0]: it is 0, and the batch has 0 series"),
    (
      .with {
        $0 = .of(3); $0.timeDeltas = [0]
      },
      "batch 3: time_deltas[1]: there are 3 points and 1 time_deltas"
    ),
    (.of(4, names: ["a"], values: Array(repeating: 1, count: 65_537)), "at most 65536 points"),
  ]

  @Test("what is wrong with a batch ends the stream, and says where", arguments: faults.indices)
  func fault(index: Int) async throws {
    let (batch, text) = Self.faults[index]
    try await TestNode.run { client in
      let stream = try await client.pushBatches()
      try await stream.send(.of(900, confirmed: 899))
      if index > 1 {
        try await stream.send(batch)
      } else {
        _ = try await stream.next()
        try await stream.send(batch)
      }
      try? await stream.finishSending()
      let error = await #expect(throws: RPCError.self) {
        while try await stream.next() != nil {}
      }
      #expect(error?.status.code == .invalidArgument)
      #expect(error?.status.message.contains(text) == true, "\(error?.status.message ?? "")")
      #expect(try await Self.counts(client) == ["a": 2, "b": 1])
    }
  }

  @Test("one stream is one client's")
  func twoClients() async throws {
    try await TestNode.run { client in
      let error = await #expect(throws: RPCError.self) {
        _ = try await Self.push(client, [.of(1), .of(2, client: "d")])
      }
      #expect(error?.status.message.contains("batch 2: client") == true)
    }
  }

  @Test("an empty batch is acked; bytes that are none end the stream")
  func oddities() async throws {
    try await TestNode.run { client in
      let acks = try await Self.push(client, [.of(1, names: [], values: [])])
      #expect(
        acks == [
          .with {
            $0.sequence = 1; $0.level = .applied
          }
        ])
      let stream = try await client.pushBatches()
      try await stream.send(framed: [0, 0, 0, 0, 1, 0xFF])
      let error = await #expect(throws: RPCError.self) { _ = try await stream.next() }
      #expect(error?.status.message.contains("message 0 is no telemetry.PointBatch") == true)
    }
  }
}
