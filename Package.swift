// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "atelier",
  products: [
    .executable(name: "atelier", targets: ["atelier"]),
    .library(name: "Tensors", targets: ["Tensors"]),
    .library(name: "Checkpoints", targets: ["Checkpoints"]),
    .library(name: "Imaging", targets: ["Imaging"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "Editing", targets: ["Editing"]),
    .library(name: "Projects", targets: ["Projects"]),
    .library(name: "Training", targets: ["Training"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // System libraries, from Debian packages (see `make setup`).
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),

    // The modules, in the order in which the data flows; docs/Architecture.md holds the table.
    .target(name: "CKernels"),
    .target(name: "Tensors", dependencies: ["CKernels", "COpenBLAS", "CCrypto"]),
    .target(name: "Checkpoints", dependencies: ["Tensors", "CZlib"]),
    .target(name: "CPNG", dependencies: ["CLibPNG"]),
    .target(name: "Imaging", dependencies: ["Tensors", "CPNG", "CTurboJPEG"]),
    .target(name: "Networks", dependencies: ["Tensors", "Checkpoints"]),
    .target(name: "Editing", dependencies: ["Tensors", "Checkpoints", "Networks", "Imaging"]),
    .target(
      name: "Projects",
      dependencies: [
        "Tensors", "Imaging", "Editing", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "Training", dependencies: ["Tensors", "Checkpoints", "Networks", "Imaging"]),
    .executableTarget(
      name: "atelier",
      dependencies: [
        "Tensors", "Checkpoints", "Imaging", "Networks", "Editing", "Projects", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Tests: one target a module, fixtures and reference cases through TestSupport. Each names every
    // module that it imports, or it is not built again when one of them changes.
    .target(
      name: "TestSupport", dependencies: ["Tensors", "Checkpoints"], path: "Tests/TestSupport"),
    .executableTarget(
      name: "fuzz", dependencies: ["Tensors", "Checkpoints", "Imaging", "Networks"],
      path: "Tests/Fuzz"),
    .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"]),
    .testTarget(name: "TensorsTests", dependencies: ["TestSupport", "Tensors", "Checkpoints"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["TestSupport", "Tensors", "Checkpoints"]),
    .testTarget(name: "ImagingTests", dependencies: ["TestSupport", "Tensors", "Imaging"]),
    .testTarget(
      name: "NetworksTests", dependencies: ["TestSupport", "Tensors", "Checkpoints", "Networks"]),
    .testTarget(
      name: "EditingTests",
      dependencies: ["TestSupport", "Tensors", "Checkpoints", "Imaging", "Networks", "Editing"]),
    .testTarget(
      name: "ProjectsTests",
      dependencies: [
        "TestSupport", "Tensors", "Imaging", "Editing", "Projects",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "TestSupport", "Tensors", "Checkpoints", "Imaging", "Networks", "Training",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["TestSupport", "Checkpoints", "Imaging", "Tensors", "atelier"]),
  ],
  swiftLanguageModes: [.v6]
)
