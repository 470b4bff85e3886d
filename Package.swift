// swift-tools-version: 6.2
import PackageDescription

// Dependencies run one way, and SwiftPM enforces it: Formulas cannot see the program that it is
// held to, so no formula can be checked against itself.
let package = Package(
  name: "Assay",
  products: [
    .library(name: "Assay", targets: ["Assay"]),
    .executable(name: "assay", targets: ["Command"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    .target(
      name: "CKernels", path: "Kernels", sources: ["src"], publicHeadersPath: "include",
      linkerSettings: [.linkedLibrary("m")]),
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CMPI", linkerSettings: [.linkedLibrary("dl")]),

    .target(
      name: "Catalogue",
      resources: [.embedInCode("Data/hardware.json"), .embedInCode("Data/presets.json")]),
    .target(name: "Instrument", dependencies: ["Catalogue", "CKernels", "CMPI", "COpenBLAS"]),
    .target(
      name: "Transformer",
      dependencies: [
        "Catalogue", "Instrument",
        .product(name: "BasicContainers", package: "swift-collections"),
      ]),
    .target(
      name: "Formulas",
      dependencies: [
        "Catalogue", .product(name: "BigInt", package: "BigInt"),
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [.embedInCode("Claims")]),
    .target(name: "Verification", dependencies: ["Formulas", "Transformer"]),
    .target(
      name: "Projection", dependencies: ["Catalogue", "Formulas", "Instrument", "Transformer"]),
    .target(
      name: "Reporting", dependencies: ["Projection", "Verification"],
      resources: [.embedInCode("Lessons"), .embedInCode("Page/Assets")]),
    // What a package that asserts on measurements imports.
    .target(
      name: "Assay",
      dependencies: [
        "Catalogue", "Formulas", "Instrument", "Projection", "Transformer", "Verification",
      ]),
    // The command `assay`. Its module has a name of its own: where file systems do not tell upper
    // from lower case, assay and Assay would be one.
    .executableTarget(
      name: "Command",
      dependencies: [
        "Projection", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .executableTarget(
      name: "Manual",
      dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")]),

    .executableTarget(
      name: "Accuracy",
      dependencies: [
        "Projection", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .executableTarget(
      name: "bench", dependencies: ["Reporting", "Transformer"], exclude: ["pytorch_step.py"]),

    .target(
      name: "TestSupport", dependencies: ["Catalogue", "Instrument"], path: "Tests/TestSupport"),
    .target(
      name: "RankSupport", dependencies: ["TestSupport", "Transformer"],
      path: "Tests/RankSupport"),
    .executableTarget(
      name: "rankcheck", dependencies: ["RankSupport"], path: "Tests/RankCheck"),
    .testTarget(name: "AccuracyTests", dependencies: ["Accuracy", "Projection", "TestSupport"]),
    .testTarget(name: "AssayTests", dependencies: ["Assay"]),
    .testTarget(name: "CatalogueTests", dependencies: ["Catalogue", "TestSupport"]),
    .testTarget(name: "CommandTests", dependencies: ["Command", "TestSupport"]),
    .testTarget(name: "FormulasTests", dependencies: ["Formulas", "Catalogue", "TestSupport"]),
    .testTarget(name: "InstrumentTests", dependencies: ["Instrument", "TestSupport"]),
    .testTarget(name: "KernelTests", dependencies: ["CKernels", "TestSupport"]),
    .testTarget(name: "ManualTests", dependencies: ["Command", "Manual", "TestSupport"]),
    .testTarget(
      name: "ProjectionTests",
      dependencies: ["Catalogue", "Instrument", "Projection", "TestSupport", "Transformer"]),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Catalogue", "Formulas", "Instrument", "Projection", "Reporting", "TestSupport",
        "Transformer", "Verification",
      ]),
    .testTarget(
      name: "TransformerTests",
      dependencies: ["RankSupport", "TestSupport", "Transformer", "rankcheck"]),
    .testTarget(
      name: "VerificationTests",
      dependencies: ["Verification", "Formulas", "Transformer", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
