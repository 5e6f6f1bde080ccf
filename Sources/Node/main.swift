// SPDX-License-Identifier: Apache-2.0
import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
Program.prepare(arguments)
Task.detached { exit(await Program.run(arguments).rawValue) }
// Not a top-level await: libdispatch would take this thread, and unblock all signals in it.
while true { pause() }
