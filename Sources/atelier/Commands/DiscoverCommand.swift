import ArgumentParser
import Checkpoints
import Editing
import Foundation
import Projects
import Tensors

extension DirectionsCommand {
  /// `atelier directions discover`: SeFa, principal components, or a boundary.
  struct Discover: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Find directions in a network and keep them: SeFa, principal components, boundaries.",
      discussion: """
        sefa takes the weights of the chosen layers apart (Shen and Zhou, arXiv 2007.06600): no \
        pictures and no training are needed. pca finds along what w varies most over --samples \
        seeds (GANSpace, arXiv 2004.02546); --by 1 is one deviation. Both keep PREFIX-0, PREFIX-1 \
        and so on, strongest first.

        boundary separates latents that have something from those that have not (InterFaceGAN, \
        arXiv 1907.10786): either artworks with a tag from those without, or the ends of --scores \
        of --latents, both in files. Shuffling is that of NumPy after --seed. --without takes out \
        what the direction shares with others.

        Examples:
          atelier directions discover Projects/portraits.atelier --network faces-1024 \\
            --layers 0-3 --num_semantics 5
          atelier directions discover Projects/portraits.atelier --network faces-1024 --method pca \\
            --samples 10000 --count 8
          atelier directions discover Projects/portraits.atelier --network faces-1024 \\
            --method boundary --tag smiling --prefix smile
          atelier directions discover Projects/portraits.atelier --network faces-1024 \\
            --method boundary --latents w.npy --scores age.npy --prefix age --without smile
        """)

    enum Method: String, ExpressibleByArgument, CaseIterable { case sefa, pca, boundary }

    @OptionGroup var target: LatentsCommand.Target
    @OptionGroup var network: NetworkOptions
    @Option(help: "The method: sefa, pca or boundary.") var method = Method.sefa
    @Option(
      name: [.customLong("layers"), .customLong("layer_idx"), .customShort("L")],
      help: ArgumentHelp("sefa: the layers to take apart.", valueName: "layers"))
    var layers = "all"
    @Option(
      name: [.customLong("count"), .customLong("num_semantics"), .customShort("K")],
      help: ArgumentHelp("sefa and pca: how many directions.", valueName: "n"))
    var count = 5
    @Option(
      name: [.customLong("samples"), .customLong("num_samples"), .customShort("N")],
      help: ArgumentHelp("pca: how many latents.", valueName: "n"))
    var samples = 10000
    @Option(
      help: ArgumentHelp(
        "pca: take the latents in batches of this size, as GANSpace's 'ipca' does.",
        valueName: "n"))
    var batch: Int?
    @Option(help: ArgumentHelp("pca: the seed of the latents; boundary: of the shuffling."))
    var seed: UInt32 = 1
    @Option(help: ArgumentHelp("boundary: artworks with this tag against the others."))
    var tag: String?
    @Option(help: ArgumentHelp("boundary: latents [N, width].", valueName: "file"))
    var latents: String?
    @Option(
      help: ArgumentHelp(
        "boundary: their scores [N], or column of [N, columns] with :COLUMN.", valueName: "file"))
    var scores: String?
    @Option(
      help: ArgumentHelp(
        "boundary: how many latents at each end of the scores; up to 1 a share of all.",
        valueName: "number-or-share"))
    var chosen = 0.02
    @Option(help: ArgumentHelp("boundary: the share of those that is fitted.", valueName: "share"))
    var split = 0.7
    @Option(
      help: ArgumentHelp(
        "boundary: take out what the direction shares with these.", valueName: "names"))
    var without: String?
    @Option(
      help: ArgumentHelp(
        "What their names begin with; METHOD-LAYERS by default. For boundary: the name."))
    var prefix: String?
    @Flag(help: "Replace directions of the same names.") var replace = false

    func validate() throws {
      try Usage.check { _ = try LayerSet(parsing: layers) }
      guard method == .boundary else { return }
      guard (tag != nil) != (latents != nil && scores != nil) else {
        throw ValidationError("--method boundary takes either --tag, or --latents and --scores.")
      }
      guard prefix != nil || tag != nil else {
        throw ValidationError("--method boundary needs a name: --prefix NAME.")
      }
    }

    func run() throws {
      let loaded = try network.load()
      let project = try target.open()
      let found: [(direction: Direction, name: String, remark: String)]
      switch method {
      case .sefa:
        let directions = try SeFa.directions(
          of: loaded.generator, layers: LayerSet(parsing: layers), count: count)
        found = directions.enumerated().map { index, each in
          (
            each.direction, "\(prefix ?? "sefa-\(layers)")-\(index)",
            "eigenvalue \(String(format: "%.3f", each.eigenvalue))"
          )
        }
      case .pca:
        guard samples >= 2, samples <= 1_000_000 else {
          throw CommandError.invalidInput("--samples \(samples) is not between 2 and 1000000.")
        }
        let directions = try GANSpace.directions(
          of: loaded.generator, samples: samples, seed: seed, count: count,
          estimator: batch.map { .incremental(batch: $0) } ?? .pca)
        found = directions.enumerated().map { index, each in
          (
            each.direction, "\(prefix ?? "pca")-\(index)",
            "\(String(format: "%.1f", 100 * each.varianceRatio)) % of the variance"
          )
        }
      case .boundary: found = [try boundary(loaded, project)]
      }
      try project.add(loaded.record)
      let kept = try project.keepDirections(
        found.map { direction, name, _ in
          NewDirection(
            tensor: direction.tensor, name: name, method: direction.method,
            parameters: direction.parameters)
        }, network: loaded.digest, replace: replace)
      for (record, each) in zip(kept, found) {
        print("\(record.name.padded(to: 24)) \(each.remark)")
      }
    }

    private func boundary(
      _ loaded: LoadedNetwork, _ project: Project
    ) throws -> (direction: Direction, name: String, remark: String) {
      let (values, numbers) = try scored(loaded, project)
      var random = RandomState(seed: seed)
      // Tags have no middle: all that is there is taken.
      let selection = try LinearBoundary.Selection(
        latents: values, scores: numbers, chosen: tag == nil ? chosen : Double(values.shape[0]),
        split: tag == nil ? split : 1, random: &random)
      let plain =
        tag == nil
        ? try LinearBoundary(fitting: selection.training, labels: selection.labels)
        : try LinearBoundary(fitting: values, labels: numbers.map { $0 > 0 ? 1 : 0 })
      let others = try (without ?? "").split(separator: ",").map {
        try project.tensor(project.direction(named: String($0)).tensor)
      }
      let width = loaded.generator.size.wDim
      guard others.allSatisfy({ $0.shape == [width] }) else {
        throw CommandError.invalidInput("--without takes directions of one row, [\(width)].")
      }
      let normal =
        others.isEmpty
        ? plain.normal : try LinearBoundary.projected(plain.normal, awayFrom: others)
      var remark = "\(selection.training.shape[0]) latents"
      for (name, set) in [("kept aside", selection.validation), ("others", selection.remaining)]
      where tag == nil {
        guard let set else { continue }
        let share = plain.accuracy(set.latents, labels: set.labels)
        remark += String(format: ", %.1f %% right of the \(name)", 100 * share)
      }
      let source = tag.map { "tag \($0)" } ?? "scores \(scores ?? "")"
      let name = prefix ?? tag ?? "boundary"
      return (
        Direction(
          tensor: normal, method: "boundary",
          parameters: source + (without.map { ", without \($0)" } ?? "")), name, remark
      )
    }

    /// Latents `[N, width]` and their scores.
    private func scored(
      _ loaded: LoadedNetwork, _ project: Project
    ) throws -> (latents: Tensor, scores: [Float]) {
      let width = loaded.generator.size.wDim
      if let tag {
        var rows: [Tensor] = [], marks: [Float] = []
        for artwork in try project.artworks() {
          let recipe = try project.recipe(of: artwork.name)
          guard recipe.network == loaded.digest else { continue }
          // One vector for all layers: the mean of the rows.
          let ws = try loaded.renderer(project).plan(recipe).ws
          rows.append(
            ws.reshaped([ws.count / width, width]).meanOverFirstAxis().reshaped([1, width]))
          marks.append(artwork.tags.contains(tag) ? 1 : -1)
        }
        guard marks.contains(1), marks.contains(-1) else {
          throw CommandError.invalidInput(
            "a boundary needs artworks with the tag '\(tag)' and without it; there are "
              + "\(marks.count { $0 > 0 }) and \(marks.count { $0 < 0 }).")
        }
        return (.concatenated(rows), marks)
      }
      let values = try LatentFile.read(URL(fileURLWithPath: latents ?? ""))
      guard values.shape.rank == 2, values.shape[1] == width else {
        throw EditingError.wrongShape(
          what: latents ?? "", expected: "[N, \(width)]", found: "\(values.shape)")
      }
      let numbers = try column()
      guard numbers.count == values.shape[0] else {
        throw CommandError.invalidInput(
          "there are \(numbers.count) scores for \(values.shape[0]) latents.")
      }
      return (values, numbers)
    }

    /// The scores: the whole file, or the column after the last colon.
    private func column() throws -> [Float] {
      let text = scores ?? ""
      if !FileManager.default.fileExists(atPath: text), let colon = text.lastIndex(of: ":"),
        let column = Int(text[text.index(after: colon)...]), column >= 0
      {
        let table = try LatentFile.read(URL(fileURLWithPath: String(text[..<colon])), key: key)
        guard table.shape.rank == 2, column < table.shape[1] else {
          throw EditingError.wrongShape(
            what: text, expected: "[N, columns] with \(column + 1) columns and more",
            found: "\(table.shape)")
        }
        return (0..<table.shape[0]).map { table[$0, column] }
      }
      return try LatentFile.read(URL(fileURLWithPath: text), key: key).scalars
    }

    @Option(help: ArgumentHelp("boundary: the tensor in a file of scores that holds several."))
    var key: String?
  }
}
