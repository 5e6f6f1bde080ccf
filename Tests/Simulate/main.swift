// SPDX-License-Identifier: Apache-2.0
import Simulation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
  print(Options.usage)
  exit(2)
}
TrapReport.install()
let start = ContinuousClock.now
let queue = SeedQueue(options)
let jobs = options.jobs ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

await withTaskGroup(of: Void.self) { group in
  for job in 0..<min(jobs, TrapReport.jobsMax) {
    group.addTask {
      while let seed = queue.take() {
        TrapReport.began(seed, job: job)
        queue.add(options.run(seed))
        TrapReport.ended(job: job)
      }
    }
  }
}

let tallies = queue.tallies
if options.isVerbose {
  for event in Tallies.Event.allCases { print("\(event) \(tallies[event])") }
}
if let seed = queue.failed {
  FailureReport.print(seed, options)
  exit(1)
}
print(Summary.line(tallies, ContinuousClock.now - start))
