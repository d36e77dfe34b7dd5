// swift-tools-version: 6.1
import PackageDescription

// What measures Atelier; `make bench` runs it. A package of its own, so that nobody who uses Atelier
// as a dependency sees it.
let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "atelier", path: "..")],
  targets: [
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        .product(name: "Tensors", package: "atelier"),
        .product(name: "Checkpoints", package: "atelier"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
