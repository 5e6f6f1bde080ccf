// SPDX-License-Identifier: Apache-2.0
// A series that is recorded often is named once. The argument is HOST:PORT.
import TributaryClient

let client = try TributaryClient(CommandLine.arguments[1])
let requests = TributaryClient.Series("http.requests", labels: ["path": "/"], kind: .counter)
for _ in 1...1000 { client.record(requests, 1) }
print("left over:", await client.close().isEmpty ? "nothing" : "something")
