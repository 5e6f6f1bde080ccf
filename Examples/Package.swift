// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let client = Target.Dependency.product(name: "TributaryClient", package: "tributary")

let package = Package(
  name: "examples",
  dependencies: [.package(name: "tributary", path: "..")],
  targets: [
    .executableTarget(name: "Hello", dependencies: [client]),
    .executableTarget(name: "HttpRequests", dependencies: [client]),
    .executableTarget(name: "Failover", dependencies: [client]),
  ]
)
