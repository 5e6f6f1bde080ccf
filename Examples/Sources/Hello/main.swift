// SPDX-License-Identifier: Apache-2.0
// One point, sent and counted when the program ends. The argument is HOST:PORT.
import TributaryClient

let client = try TributaryClient(CommandLine.arguments[1])
client.record("room.temperature", 21.5, labels: ["room": "kitchen"], kind: .gauge)
try await client.flush()
print("acknowledged:", client.statistics.acknowledged)
