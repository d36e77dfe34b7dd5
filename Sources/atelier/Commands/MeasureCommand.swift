import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Tensors
import Training

extension DirectionsCommand {
  /// `atelier directions measure`: what directions change, and what they leave alone.
  struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell what directions change beside what they are meant to: leakage tables.",
      discussion: """
        A linear readout of perceptual features is fitted to pictures whose attributes are known: those \
        of a drawn world, or a folder with an 'attributes' folder (dataset render writes them). Pictures \
        of --seeds are read before and after the move. Changes are in standard deviations of the \
        attribute in the data, with 95 % bootstrap intervals; 'read' is the share of an attribute's \
        variance that the readout explains in pictures that it has not seen. Attributes of one group \
        (paint.red, paint.blue) stand together, with the root mean square of their mean changes, and its \
        share of that of the most changed group: its leakage.

        Example:
          atelier directions measure Projects/cars.atelier paint sefa-0-3-0 --network cars-64 \\
            --data cars --layers 6-9 --by 2
        """)

    @OptionGroup var target: LatentsCommand.Target
    @Argument(help: ArgumentHelp("Kept directions, or files.", valueName: "name-or-file"))
    var directions: [String]
    @OptionGroup var network: NetworkOptions
    @OptionGroup var data: TrainingDataOptions
    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("How far along the direction.", valueName: "steps"))
    var by: Float = 2
    @Option(
      name: [.customLong("layers"), .customLong("layer_idx"), .customShort("L")],
      help: ArgumentHelp("The layers that move.", valueName: "layers"))
    var layers = "all"
    @Option(help: ArgumentHelp("The seeds whose pictures move.", valueName: "list"))
    var seeds = "0-63"
    @Option(
      name: [.customLong("trunc"), .customLong("truncation-psi"), .customLong("psi")],
      parsing: .unconditional, help: ArgumentHelp("Their truncation.", valueName: "psi"))
    var psi: Float = 0.7
    @Option(help: ArgumentHelp("How many pictures of the data are read.", valueName: "n"))
    var fit = 1000
    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Leave attributes out that are read worse than this.", valueName: "share"))
    var readable = 0.3
    @OptionGroup var perception: FeatureOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard !directions.isEmpty else { throw ValidationError("Name a direction.") }
      guard (16...8192).contains(fit) else {
        throw ValidationError("--fit \(fit) is not between 16 and 8192.")
      }
      guard readable.isFinite else { throw ValidationError("--readable \(readable) is no number.") }
      try Usage.checkFinite(psi, "--trunc")
      try Usage.checkFinite(by, "--by")
      try Usage.check { try LayerSet(parsing: layers) }
      guard try Usage.check({ try SeedList.parse(seeds).count > 1 }) else {
        throw ValidationError("--seeds \(seeds): two seeds are needed at least.")
      }
    }

    func run() throws {
      common.apply()
      let loaded = try network.load()
      let generator = loaded.generator
      guard generator.size.classes == 0, generator.size.imageChannels == 3 else {
        throw CommandError.invalidInput(
          "directions are measured on networks without classes that make RGB.")
      }
      let trunk = try perception.load()
      let project = try target.open()
      let tensors = try directions.map {
        try DirectionReader.tensor($0, key: nil, project: project, size: generator.size)
      }
      let numbers = try SeedList.parse(seeds)
      let known = try data.load(width: generator.size.resolution, height: generator.size.resolution)
      var progress = Progress(
        "pictures", total: min(fit, known.count ?? fit) + numbers.count * (tensors.count + 1))
      let readout = try readout(known, trunk, &progress)
      var content = MemoryContent()
      let moves = try tensors.map {
        MoveOperation(along: content.add($0), by: by, layers: try LayerSet(parsing: layers))
      }
      let renderer = loaded.renderer(content)
      func read(_ move: MoveOperation?) throws -> Tensor {
        let rows = try numbers.map { seed in
          var recipe = Recipe(
            network: loaded.digest, base: .seed(seed), truncation: .psi(psi))
          if let move { recipe.append(move) }
          try progress.advance()
          return LatentEncoder.features(of: try renderer.render(recipe).tensor(), trunk)
        }
        return readout.values(of: .concatenated(rows))
      }
      let before = try read(nil)
      let tables = try zip(directions, moves).map { name, move in
        let effects = DirectionEffect.effects(
          before: before, after: try read(move), readout.attributes)
        return LeakageTable(
          direction: name, by: by, layers: layers, seeds: numbers.count, psi: psi,
          data: known.summary, groups: GroupEffect.groups(effects, readable: readable),
          unread: readout.attributes.filter { $0.explained < readable }.map(\.name))
      }
      if common.json { try Output.json(tables) } else { tables.forEach { $0.show() } }
    }

    /// A readout fitted to the data's pictures.
    private func readout(
      _ data: any TrainingData, _ trunk: LPIPS, _ progress: inout Progress
    ) throws -> AttributeReadout {
      let total = min(fit, data.count ?? fit)
      var features: [Tensor] = [], vectors: [[String: Double]] = []
      for start in stride(from: 0, to: total, by: 16) {
        for sample in try data.samples(Array(start..<min(start + 16, total))) {
          guard let attributes = sample.attributes else {
            throw CommandError.invalidInput(
              "\(data.summary): nothing is known of these pictures. Directions are measured with a "
                + "drawn world, or a folder with an 'attributes' folder, without --mirror.")
          }
          vectors.append(attributes)
          features.append(LatentEncoder.features(of: sample.picture.tensor(), trunk))
          try progress.advance()
        }
      }
      let names = vectors.dropFirst().reduce(Set(vectors.first?.keys.map { $0 } ?? [])) {
        $0.intersection($1.keys)
      }.sorted()
      return try AttributeReadout(
        features: .concatenated(features), names: names,
        values: vectors.map { vector in names.map { vector[$0] ?? 0 } })
    }
  }
}
