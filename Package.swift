// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Source targets prove their memory safety; `#expect` expansions do not compile under it.
let source: [SwiftSetting] = strict + [.strictMemorySafety()]

func system(_ name: String, pkgConfig: String, apt: String, brew: String) -> Target {
  .systemLibrary(
    name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

func library(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [])
  -> Target
{
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: source)
}

func executable(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: source)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestKit"], exclude: exclude, swiftSettings: strict)
}

let package = Package(
  name: "tributary",
  products: [
    .library(name: "TributaryClient", targets: ["TributaryClient"]),
    .executable(name: "tributary", targets: ["Node"]),
    .executable(name: "protoc-gen-tributary", targets: ["ProtocPlugin"]),
    .executable(name: "interop-server", targets: ["InteropServer"]),
    .executable(name: "interop-client", targets: ["InteropClient"]),
    .executable(name: "conformance-testee", targets: ["ConformanceTestee"]),
    .executable(name: "simulate", targets: ["Simulate"]),
  ],
  targets: [
    system("CNghttp2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev", brew: "libnghttp2"),
    system("CUV", pkgConfig: "libuv", apt: "libuv1-dev", brew: "libuv"),
    system("CLZ4", pkgConfig: "liblz4", apt: "liblz4-dev", brew: "lz4"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev", brew: "zlib"),
    system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev", brew: "zstd"),
    .systemLibrary(name: "CMalloc"),
    system("CCares", pkgConfig: "libcares", apt: "libc-ares-dev", brew: "c-ares"),
    system("CPCRE2", pkgConfig: "libpcre2-8", apt: "libpcre2-dev", brew: "pcre2"),
    system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),

    library("Protobuf"),
    library(
      "Proto", ["Protobuf"],
      exclude: ["telemetry.proto", "cluster.proto", "peer.proto", "metrics.proto"]),
    library("Shard", ["Proto"]),
    library("Router", ["Proto", "Protobuf", "Shard"]),
    library("RPC", ["CNghttp2", "CUV", "CLZ4", "CZlib", "CZstd"]),
    library(
      "RPCServices", ["RPC", "Protobuf"],
      exclude: ["health.proto", "reflection.proto", "reflection_v1alpha.proto"]),
    library("TributaryClient", ["Proto", "Protobuf", "RPC", "RPCServices"]),
    library("Etcd", ["Protobuf"], exclude: ["etcd.proto"]),
    executable(
      "Node",
      [
        "Proto", "Protobuf", "Shard", "Router", "RPC", "RPCServices", "TributaryClient", "Etcd",
        "CCares", "CMalloc", "CPCRE2", "CYAML",
      ]),

    executable("ProtocPlugin", ["Protobuf"], exclude: ["plugin.proto"]),
    library("Interop", ["RPC", "RPCServices", "Protobuf"], exclude: ["Protos"]),
    executable("InteropServer", ["Interop", "RPC", "RPCServices"]),
    executable("InteropClient", ["Interop", "RPC", "RPCServices"]),
    executable("ConformanceTestee", ["Proto", "Protobuf"], path: "Tests/Conformance"),

    .target(name: "TestKit", path: "Tests/TestKit", swiftSettings: strict),
    .target(
      name: "Simulation", dependencies: ["Proto", "Protobuf", "Shard", "Router", "TestKit"],
      path: "Tests/Simulation", swiftSettings: strict),
    .executableTarget(
      name: "Simulate", dependencies: ["Simulation"], path: "Tests/Simulate",
      swiftSettings: strict),
    tests("SimulationTests", ["Simulation"]),
    tests("ProtobufTests", ["Protobuf", "ProtocPlugin"], exclude: ["kinds.proto"]),
    tests("ProtoTests", ["Proto", "Protobuf"]),
    tests("ShardTests", ["Shard", "Proto"]),
    tests("RouterTests", ["Router", "Shard", "Proto", "Protobuf"]),
    tests("RPCTests", ["RPC"]),
    tests("RPCServicesTests", ["RPCServices", "Interop", "RPC", "Protobuf"]),
    tests("ClientTests", ["TributaryClient", "Proto", "Protobuf", "RPC", "RPCServices"]),
    tests(
      "NodeTests",
      [
        "Node", "Proto", "Protobuf", "Shard", "Router", "RPC", "RPCServices", "TributaryClient",
        "Etcd",
      ]),
    tests("TidyTests", []),
  ]
)
