// SPDX-License-Identifier: Apache-2.0
import Glibc

do {
  let signals = TerminationSignals()
  try await InteropServer(Array(CommandLine.arguments.dropFirst())).run(until: signals)
} catch {
  complain("interop-server: \(error)")
  exit(2)
}
