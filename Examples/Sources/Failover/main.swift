// SPDX-License-Identifier: Apache-2.0
// Two nodes of one cluster: when one is away the other takes the points. The argument is one of
// them; nobody listens at the other.
import TributaryClient

let client = try TributaryClient("127.0.0.1:1", CommandLine.arguments[1])
client.record("failover.example", 1)
try await client.flush(timeout: .seconds(20))
print("connections:", client.statistics.connections)
