// SPDX-License-Identifier: Apache-2.0
import Glibc

do {
  exit(try await InteropProgram(Array(CommandLine.arguments.dropFirst())).run() ? 0 : 1)
} catch {
  complain("interop-client: \(error)")
  exit(2)
}
