// SPDX-License-Identifier: Apache-2.0
import Testing

/// Who may know whom: arrows go down only, and the pure modules stay pure.
@Suite struct ModuleTests {
  /// What each module may import of the package's own.
  static let allowed: [String: Set<String>] = [
    "Protobuf": [],
    "Proto": ["Protobuf"],
    "Shard": ["Proto"],
    "Router": ["Proto", "Protobuf", "Shard"],
    "RPC": ["CNghttp2", "CUV", "CLZ4", "CZlib", "CZstd"],
    "RPCServices": ["RPC", "Protobuf"],
    "TributaryClient": ["Proto", "Protobuf", "RPC", "RPCServices"],
    "Etcd": ["Protobuf"],
    "Node": [
      "Proto", "Protobuf", "Shard", "Router", "RPC", "RPCServices", "TributaryClient", "Etcd",
      "CCares", "CPCRE2", "CYAML",
    ],
    "ProtocPlugin": ["Protobuf"],
    "Interop": ["RPC", "RPCServices", "Protobuf"],
    "InteropServer": ["Interop", "RPC", "RPCServices"],
    "InteropClient": ["Interop", "RPC", "RPCServices"],
  ]

  /// Modules without sockets, files, clocks, threads or environment.
  static let pure = ["Protobuf", "Proto", "Shard", "Router", "Etcd"]

  /// What a pure module may import of the toolchain's own.
  static let pureImports: Set<String> = ["Swift", "Synchronization"]

  static func imports(of file: SourceTree.File) -> Set<String> {
    var found: Set<String> = []
    for line in file.lines {
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place + 1 < words.count, place <= 3,
        !line.hasPrefix("//")
      else { continue }
      let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias"]
      let name = words.dropFirst(place + 1).first { !kinds.contains($0) } ?? ""
      found.insert(String(name.prefix { $0 != "." }))
    }
    return found
  }

  @Test("imports of the package's own modules go down only", arguments: allowed.keys.sorted())
  func importsGoDown(module: String) {
    let own = Set(Self.allowed.keys).union(Self.allowed.values.flatMap { $0 })
    for file in SourceTree.sources(of: module) {
      let up = Self.imports(of: file).intersection(own).subtracting(Self.allowed[module] ?? [])
      #expect(up.isEmpty, "\(file.path) imports \(up.sorted())")
    }
  }

  @Test("every target under Sources has its place in the table")
  func everyTargetIsListed() {
    let folders = Set(
      SourceTree.swift.filter { $0.path.hasPrefix("Sources/") }
        .map { String($0.path.split(separator: "/")[1]) })
    #expect(folders == Set(Self.allowed.keys))
  }

  @Test("pure modules import nothing that reaches the outside", arguments: pure)
  func pureModulesImportNothing(module: String) {
    let table = Self.allowed[module] ?? []
    for file in SourceTree.sources(of: module) {
      let foreign = Self.imports(of: file).subtracting(table).subtracting(Self.pureImports)
      #expect(foreign.isEmpty, "\(file.path) imports \(foreign.sorted())")
    }
  }

  @Test("pure modules read no clock, file or environment", arguments: pure)
  func pureModulesReadNothing(module: String) {
    let words = [
      "ContinuousClock.now", "ContinuousClock()", "SuspendingClock", "clock_gettime", "time(nil",
      "gettimeofday", "getenv", "fopen(", "socket(", "FileHandle", "CommandLine.",
    ]
    for file in SourceTree.sources(of: module) {
      for word in words where file.text.contains(word) {
        Issue.record("\(file.path) says \(word)")
      }
    }
  }

  @Test("C is imported by RPC and Node alone")
  func cStaysAtTheRim() {
    let system: Set = ["CNghttp2", "CUV", "CLZ4", "CZlib", "CZstd", "CCares", "CPCRE2", "CYAML"]
    for (module, imports) in Self.allowed where !["RPC", "Node"].contains(module) {
      #expect(imports.isDisjoint(with: system), "\(module)")
    }
  }
}
