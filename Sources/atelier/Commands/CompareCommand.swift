import ArgumentParser
import Foundation
import Imaging
import Networks
import Tensors

/// `atelier compare`: how far two pictures are from each other.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Tell how far two pictures are from each other.",
    discussion: """
      Metrics: l1 and l2 (mean absolute and squared difference of samples in -1 to 1), ms-ssim \
      (multi-scale structural similarity, 1 for equal pictures), gradient (edges over scales), and \
      lpips-alex and lpips-vgg (LPIPS 0.1; fetch their weights first). Transparent pictures are \
      laid over white.

      Examples:
        atelier compare photo.png out/seed0085.png
        atelier weights fetch lpips-alex
        atelier compare photo.png out/seed0085.png --metric lpips-alex,l2,ms-ssim --side 256
      """)

  @Argument(help: ArgumentHelp("A picture.", valueName: "picture")) var first: String
  @Argument(help: ArgumentHelp("Another of the same size.", valueName: "other")) var second: String
  @Option(
    name: [.customLong("metric"), .customLong("metrics")],
    help: ArgumentHelp(
      "Metrics, separated by commas; also files with LPIPS networks.", valueName: "metrics"))
  var metric = "l2,ms-ssim"
  @Option(
    help: ArgumentHelp(
      "Bring both pictures to this many pixels a side first (Lanczos).", valueName: "pixels"))
  var side: Int?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let side, !(1...16384).contains(side) {
      throw ValidationError("--side \(side) is not between 1 and 16384.")
    }
    _ = try MetricReader.names(metric)
  }

  /// What is told.
  struct Report: Encodable {
    let first, second: String
    let width, height: Int
    let values: [String: Float]
  }

  func run() throws {
    common.apply()
    let distances = try MetricReader.distances(metric)
    let pictures = try [first, second].map { path in
      let image = try Image(contentsOf: URL(fileURLWithPath: path)).flattened(onto: [255, 255, 255])
      return side.map { image.resized(width: $0, height: $0, filter: .lanczos) } ?? image
    }
    let (a, b) = (pictures[0], pictures[1])
    guard a.width == b.width, a.height == b.height else {
      throw CommandError.invalidInput(
        "\(first) has \(a.width)×\(a.height) pixels and \(second) \(b.width)×\(b.height): give "
          + "--side to bring both to one size.")
    }
    let values = try Self.values(distances, a.tensor(), b.tensor())
    if common.json {
      return try Output.json(
        Report(
          first: first, second: second, width: a.width, height: a.height,
          values: Dictionary(uniqueKeysWithValues: values.map { ($0.name, $0.value) })))
    }
    for (name, value) in values {
      print("\(name.padded(to: 16)) \(String(format: "%.6f", value))")
    }
  }

  /// The customary value of every distance of two pictures in [-1, 1].
  static func values(
    _ distances: [any PerceptualDistance], _ a: Tensor, _ b: Tensor
  ) throws -> [(name: String, value: Float)] {
    try distances.map { distance in
      guard min(a.shape[2], a.shape[3]) >= distance.smallestSide else {
        throw CommandError.invalidInput(
          "\(distance.name) compares pictures of \(distance.smallestSide) pixels a side and more; "
            + "these have \(a.shape[3])×\(a.shape[2]).")
      }
      return (distance.name, distance.customaryValue(distance.distance(a, b).scalar))
    }
  }
}
