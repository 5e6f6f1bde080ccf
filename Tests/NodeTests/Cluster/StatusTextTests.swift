// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Testing

@testable import Node

@Suite("What operators are told")
struct StatusTextTests {
  private let places = LocateReply.with {
    $0.locations = [
      .with {
        $0.metric = "cpu.user"
        $0.partition = 1023
        $0.shard = 3
        $0.owner = "node-b"
        $0.epoch = 4
      },
      .with { $0.metric = "a\u{1B}[2J" },
    ]
  }

  @Test("places of names are a table")
  func locationTable() {
    #expect(
      LocationText.write(places, as: .table) == """
        NAME        PARTITION  SHARD   OWNER
        cpu.user         1023      3  node-b
        a\\u{1b}[2J          0      0       -

        """)
  }

  @Test("or JSON")
  func locationJSON() {
    #expect(
      LocationText.write(places, as: .json) == """
        {"locations":[{"metric":"cpu.user","partition":1023,"shard":3,"owner":"node-b","epoch":4},\
        {"metric":"a\\u001b[2J","partition":0,"shard":0,"owner":"","epoch":0}]}

        """)
  }

  private static func member(_ id: String) -> MemberStatus {
    .with {
      $0.id = id
      $0.role = "member"
    }
  }

  private let a = NodeStatus.with {
    $0.id = "a"
    $0.incarnation = 9
    $0.phase = "serving"
    $0.epoch = 3
    $0.partitions = 512
    $0.series = 1000
    $0.ledger = .with {
      $0.received = 10_000_000
      $0.applied = 5_000_000
      $0.forwarded = 4_000_000
      $0.hinted = 999_997
      $0.rejected = 1
      $0.rejections = [
        .with {
          $0.reason = .timeTooOld
          $0.count = 1
        }
      ]
      $0.imbalance = 2
    }
    $0.links = [
      .with {
        $0.peerId = "c"
        $0.state = "waiting"
        $0.error = "cannot connect to c:1"
        $0.pointsHinted = 999_997
        $0.bytesHinted = 12_345_678
        $0.pointsForwarded = 4_000_000
        $0.pointsSent = 4_000_000
        $0.bytesSent = 80_000_000
        $0.bytesSentCompressed = 38_400_000
      }
    ]
    $0.members = [Self.member("a"), Self.member("b"), Self.member("c")]
    $0.refusals = ["gap": 1, "checksum": 3]
  }
  private let b = NodeStatus.with {
    $0.id = "b"
    $0.phase = "leaving"
    $0.epoch = 12
    $0.members = [Self.member("a"), Self.member("c")]
    $0.links = [
      .with {
        $0.peerId = "a"
        $0.state = "live"
      }
    ]
  }
  private let c = NodeStatus.with {
    $0.id = "c"
    $0.error = "no answer within 2s"
  }

  private func cluster(_ nodes: [NodeStatus], _ name: String = "prod") -> ClusterStatus {
    .with {
      $0.cluster = name
      $0.nodes = nodes
    }
  }

  @Test("a cluster is a table of nodes, one of links, and what is wrong")
  func clusterTable() {
    let lines = ClusterStatusText.write(cluster([a, b, c]), as: .table).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    let expected = [
      "cluster prod: 3 nodes, 1 without answer",
      "",
      "NODE       PHASE  EPOCH  PARTITIONS  SERIES  RECEIVED  APPLIED  FORWARDED  IN FLIGHT  HINTED"
        + "  REJECTED  GIVEN UP  REPEATED  IMBALANCE  FROM PEERS",
      "a        serving      3         512    1000       10M       5M         4M          0  999997"
        + "         1         0         0          2           0",
      "b        leaving     12           0       0         0        0          0          0       0"
        + "         0         0         0          0           0",
      "c      no answer      -           -       -         -        -          -          -       -"
        + "         -         -         -          -           -",
      "(sum)                           512    1000       10M       5M         4M          0  999997"
        + "         1         0         0          2           0",
      "",
      "LINK     STATE  IN FLIGHT  HINTED  BACKLOG  FORWARDED  REJECTED  GIVEN UP  RESENT  B/POINT"
        + "  RATIO",
      "a > c  waiting          0  999997  12.346M         4M         0         0       0     9.60"
        + "   2.08",
      "b > a     live          0       0        0          0         0         0       0        -"
        + "      -",
      "",
      "c does not answer: no answer within 2s",
      "a > c is waiting: cannot connect to c:1",
      "a refused streams of peers: 3 checksum, 1 gap",
      "nodes differ in whom they place points on:",
      "  a: a b c",
      "  b: a c",
      "",
    ]
    #expect(lines == expected)
  }

  @Test("a node alone is one row")
  func alone() {
    #expect(
      ClusterStatusText.write(cluster([NodeStatus.with { $0.id = "a" }], ""), as: .table)
        .hasPrefix("no cluster: 1 node\n\nNODE"))
    let text = ClusterStatusText.write(cluster([a], ""), as: .table)
    #expect(!text.contains("(sum)") && !text.contains("differ"))
  }

  @Test("JSON says everything, of nodes that do not answer only why")
  func clusterJSON() {
    let text = ClusterStatusText.write(cluster([a, c]), as: .json)
    #expect(text.hasPrefix(#"{"cluster":"prod","nodes":[{"id":"a","incarnation":9,"epoch":3,"#))
    #expect(text.hasSuffix(#""no answer within 2s"}]}"# + "\n"))
    #expect(text.contains(#""rejections":{"time_too_old":1},"#))
    #expect(text.contains(#""imbalance":2}"#))
    #expect(text.contains(#""bytes_per_point":9.6,"compression_ratio":2.0833333333333335}"#))
    #expect(text.contains(#""refusals":{"checksum":3,"gap":1}"#))
  }

  @Test("what a node says cannot move the cursor")
  func harmless() {
    let bad = NodeStatus.with {
      $0.id = "\u{1B}[2J"
      $0.error = "\u{7}"
    }
    let text = ClusterStatusText.write(cluster([bad], "\u{1B}c"), as: .table)
    #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
    #expect(!DrainText.line(.with { $0.step = "\u{1B}c" }).contains("\u{1B}"))
  }

  @Test("a drain's steps are lines, with what was handed over as soon as there is something")
  func drain() {
    #expect(DrainText.line(.with { $0.step = "announced" }) == "announced")
    let handing = DrainProgress.with {
      $0.step = "handing over"
      $0.seriesHandedOver = 12
      $0.slicesHandedOver = 3_000_000
    }
    #expect(
      DrainText.line(handing) == "handing over (12 series, 3M slices handed over)")
    #expect(
      DrainText.failure(RPCError(.aborted, "time is up"), hasBegun: true)
        == "the node stays: time is up")
    #expect(
      DrainText.failure(RPCError(.unavailable, "reset"), hasBegun: true)
        .hasPrefix("unavailable: reset; whether the node leaves is not known"))
    #expect(
      DrainText.failure(RPCError(.unavailable, "cannot connect to x"), hasBegun: false)
        .hasSuffix("(is a node running there? start one with `tributary serve`)"))
  }
}
