import ArgumentParser
import Foundation
import Imaging
import Networks
import Tensors
import Training

/// `atelier metrics`: how near a network's pictures are to those it was trained on.
struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Compare a network's pictures with its data: Fréchet and kernel distance, precision, "
      + "recall, nearest neighbours.",
    discussion: """
      Features are those of an LPIPS trunk, every tap averaged over the picture. The distances are \
      therefore no FID or KID, which are defined by another network, and are not to be compared with \
      them. The same network, data and seeds give the same numbers.

      Example:
        atelier weights fetch lpips-alex
        atelier metrics --network cars-64 --data cars --count 2000 --neighbours near.png
      """)

  @OptionGroup var network: NetworkOptions
  @OptionGroup var data: TrainingDataOptions
  @Option(help: ArgumentHelp("How many pictures of each kind.", valueName: "n")) var count = 2000
  @Option(help: ArgumentHelp("The seed of the latents.", valueName: "n")) var seed: UInt32 = 1
  @Option(
    name: [.customLong("trunc"), .customLong("truncation-psi"), .customLong("psi")],
    parsing: .unconditional, help: ArgumentHelp("The truncation.", valueName: "psi"))
  var psi: Float = 1
  @OptionGroup var perception: FeatureOptions
  @Option(
    help: ArgumentHelp(
      "Write a sheet of 16 pictures with the five nearest of the data.", valueName: "png"))
  var neighbours: String?
  @OptionGroup var common: CommonOptions

  /// What is measured.
  struct Report: Encodable {
    let network, data, features: String
    let count: Int
    let seed: UInt32
    let psi: Float
    let frechetDistance, kernelDistance, precision, recall: Double
    /// The mean distance of a picture to the nearest of the data, and of one of the data to the
    /// nearest other.
    let nearest, nearestOfData: Double

    func show() {
      print("\(network) against \(data)")
      print("\(count) pictures of each, seed \(seed), ψ \(psi), features of \(features)")
      for (name, value) in [
        ("Fréchet distance", frechetDistance), ("kernel distance", kernelDistance),
        ("precision", precision), ("recall", recall), ("nearest of the data", nearest),
        ("nearest within the data", nearestOfData),
      ] {
        print(
          name.padding(toLength: 26, withPad: " ", startingAt: 0) + String(format: "%9.4f", value))
      }
    }
  }

  func validate() throws {
    guard (16...100_000).contains(count) else {
      throw ValidationError("--count \(count) is not between 16 and 100000.")
    }
    try Usage.checkFinite(psi, "--trunc")
  }

  func run() throws {
    common.apply()
    let target = try neighbours.map { try OutputPlace.file($0) }
    let loaded = try network.load()
    let generator = loaded.generator
    guard generator.size.classes == 0, generator.size.imageChannels == 3 else {
      throw CommandError.invalidInput("metrics are for networks without classes that make RGB.")
    }
    let trunk = try perception.load()
    let side = generator.size.resolution
    guard side >= trunk.smallestSide else {
      throw CommandError.invalidInput(
        "\(perception.metric) takes pictures of \(trunk.smallestSide) pixels and more; these have \(side)."
      )
    }
    let real = try data.load(width: side, height: side)
    let total = min(count, real.count ?? count)
    guard total >= 16 else {
      throw CommandError.invalidInput("16 pictures are needed at least; the data have \(total).")
    }
    var progress = Progress("pictures", total: 2 * total)
    var random = RandomState(seed: seed)
    let drawn = try features(of: total, trunk, &progress) { range in
      let w = generator.mapping(random.randn([range.count, generator.size.zDim]), label: nil)
      let mean = generator.meanLatent.reshaped([1, generator.size.wDim])
      let ws = generator.broadcast(mean + (w - mean) * psi)
      // As they would be read from a file.
      return .concatenated(
        Image.images(from: generator.synthesis(ws, noise: .const)).map { $0.tensor() })
    }
    let given = try features(of: total, trunk, &progress) { range in
      TrainingBatch(try real.samples(Array(range))).pictures
    }
    let table = NeighbourTable(of: drawn.features, among: given.features)
    let own = NeighbourTable(of: given.features, among: given.features, skippingSelf: true)
    guard
      let frechet = FeatureMoments(drawn.features).frechetDistance(
        to: FeatureMoments(given.features))
    else { throw CommandError.failed("the Fréchet distance of these features has no value.") }
    var subsets = RandomState(seed: seed)
    let report = Report(
      network: loaded.name, data: real.summary, features: trunk.name, count: total, seed: seed,
      psi: psi, frechetDistance: frechet,
      kernelDistance: KernelDistance.distance(
        generated: drawn.features, real: given.features, subsets: 20,
        largest: min(500, total), random: &subsets),
      precision: PrecisionRecall.coverage(
        of: drawn.features, by: given.features, neighbour: 3),
      recall: PrecisionRecall.coverage(of: given.features, by: drawn.features, neighbour: 3),
      nearest: table.meanNearest, nearestOfData: own.meanNearest)
    if let target { try sheet(drawn.first, table, real).write(to: target) }
    if common.json { try Output.json(report) } else { report.show() }
  }

  /// Features `[count, width]` of pictures that come in batches, and the first 16 pictures.
  private func features(
    of count: Int, _ trunk: LPIPS, _ progress: inout Progress,
    _ pictures: (Range<Int>) throws -> Tensor
  ) throws -> (features: Tensor, first: [Image]) {
    var parts: [Tensor] = [], first: [Image] = []
    for start in stride(from: 0, to: count, by: 16) {
      let range = start..<min(start + 16, count)
      let batch = try pictures(range)
      if start == 0 { first = Image.images(from: batch) }
      let taps = trunk.features(batch).map { tap in
        tap.planeMeans().reshaped([range.count, tap.shape[1]])
      }
      parts.append(taps.dropFirst().reduce(taps[0]) { $0.concatenatedFeatures($1) })
      for _ in range { try progress.advance() }
    }
    return (.concatenated(parts), first)
  }

  /// A row for each of 16 pictures: itself, and the nearest five of the data.
  private func sheet(
    _ pictures: [Image], _ table: NeighbourTable, _ data: any TrainingData
  ) throws -> Image {
    let cells = try pictures.enumerated().map { index, picture in
      [picture] + (try data.samples(table.nearest(5, to: index)).map(\.picture))
    }
    let half = (cells.count + 1) / 2
    let rows = (0..<half).map { row in
      cells[row] + (row + half < cells.count ? cells[row + half] : [])
    }
    let titles = (0..<2).flatMap { _ in ["drawn"] + (1...5).map { "nearest \($0)" } }
    return ContactSheet(
      cells: rows, columns: titles.map { .text($0) }, cellWidth: 96, cellHeight: 96
    )
    .image()
  }
}
