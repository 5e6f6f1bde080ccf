// SPDX-License-Identifier: Apache-2.0
@testable import Node

/// Any bytes as a configuration: it is read or refused with a place inside the text, and what was
/// read can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNodeConfig(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let text = ConfigurationText(flags: ServeConfiguration.flags, file: "f")
  var configuration = ServeConfiguration()
  do {
    try text.read(bytes, into: &configuration)
  } catch {
    let lines = bytes.count + 2
    precondition((1...lines).contains(error.line) && error.column >= 1, "\(error)")
    return 0
  }
  var again = ServeConfiguration()
  for flag in ServeConfiguration.flags {
    guard let shown = flag.shown(configuration) else { continue }
    precondition(flag.set(&again, shown), "\(flag.name): \(shown)")
  }
  precondition(again == configuration, "\(again) \(configuration)")
  return 0
}
