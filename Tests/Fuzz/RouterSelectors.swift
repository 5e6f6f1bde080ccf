// SPDX-License-Identifier: Apache-2.0
internal import Router

/// Any text as a selector: it is refused at a column that it has, or read, and what was read reads
/// the same when it is written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSelectors(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
  let selector: Selector
  do {
    selector = try Selector(parsing: text)
  } catch {
    let columns = text.unicodeScalars.count + 1
    precondition((1...columns).contains(error.column), "column \(error.column) of \(columns)")
    return 0
  }
  guard selector.text.utf8.count <= RouterLimits.selectorBytesMax else { return 0 }
  guard let again = try? Selector(parsing: selector.text) else {
    preconditionFailure("none when written: \(selector.text)")
  }
  precondition(again.matchers.map(\.label) == selector.matchers.map(\.label), "other labels")
  precondition(again.matchers.map(\.value) == selector.matchers.map(\.value), "other values")
  precondition(
    again.matchers.map(\.operation) == selector.matchers.map(\.operation), "other operations")
  for matcher in selector.matchers {
    precondition(matcher.columns.count > 0, "a value without columns")
    switch PatternShape(matcher.value) {
    case .literals(let texts): precondition(!texts.isEmpty, "no literals")
    default: break
    }
  }
  return 0
}
