import ArgumentParser
import Foundation
import Imaging
import Tensors
import Training

/// `atelier dataset`: labelled pictures to train on.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Make labelled pictures to train on.",
    discussion: """
      Example:
        atelier dataset render --kind cars --count 5000 --size 64 --seed 1 --outdir Data/cars
      """,
    subcommands: [Render.self])

  /// `atelier dataset render`.
  struct Render: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw a world of cars, streets or faces, with maps, sketches and captions.",
      discussion: """
        Every sample has a picture, a label map (the class of every pixel), an instance map (class · \
        1000 + number for things), a sketch of its outlines, and a JSON with a caption, attributes \
        and their vector; dataset.json lists classes and samples. The same kind, size and seed give \
        the same samples, however many are asked for; those that are there already stay.

        Examples:
          atelier dataset render --kind cars --count 5000 --size 64 --seed 1 --outdir Data/cars
          atelier dataset render --kind street --count 100 --size 512x256 --outdir Data/street
        """)

    @Option(help: "What to draw: street, cars or portrait.") var kind: WorldKind
    @Option(help: ArgumentHelp("How many samples.", valueName: "n")) var count = 100
    @Option(help: ArgumentHelp("The number of the first.", valueName: "n")) var first = 0
    @Option(
      help: ArgumentHelp(
        "The pictures' side, or width by height: 64 or 256x128. A street with one number is half "
          + "as high as wide.", valueName: "px"))
    var size = "256"
    @Option(help: ArgumentHelp("Which world.", valueName: "n")) var seed: UInt32 = 1
    @Option(help: ArgumentHelp("The folder to write.", valueName: "folder")) var outdir: String
    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard (1...1_000_000).contains(count) else {
        throw ValidationError("--count \(count) is not between 1 and 1000000.")
      }
      guard (0...100_000_000).contains(first) else {
        throw ValidationError("--first \(first) is not between 0 and 100000000.")
      }
      _ = try side()
    }

    /// The pictures' width and height.
    private func side() throws -> (width: Int, height: Int) {
      let parts = size.lowercased().split(separator: "x", omittingEmptySubsequences: false)
        .map { Int($0) }
      guard let width = parts[0], parts.count <= 2 else {
        throw ValidationError("--size \(size) is not a side such as 64, or 256x128.")
      }
      let (x, y) = parts.count == 2 ? (width, parts[1] ?? 0) : kind.size(width)
      guard (16...1024).contains(x), (16...1024).contains(y) else {
        throw ValidationError("--size \(size): sides have 16 to 1024 pixels.")
      }
      return (x, y)
    }

    func run() throws {
      common.apply()
      let (width, height) = try side()
      let folder = DatasetFolder(
        world: World(kind, width: width, height: height, seed: seed),
        url: try OutputPlace.folder(outdir))
      try folder.prepare()
      let missing = (first..<first + count).filter { !folder.has($0) }
      var progress = Progress("samples", total: missing.count)
      // A batch of samples at once, each on a thread of its own.
      let batch = Parallel.threads * 2
      for start in stride(from: 0, to: missing.count, by: batch) {
        let numbers = Array(missing[start..<min(start + batch, missing.count)])
        for (number, sample) in zip(numbers, folder.world.samples(numbers)) {
          try folder.write(sample, number: number)
          try progress.advance()
        }
      }
      try folder.writeIndex(first..<first + count)
      if common.json {
        return try Output.json(
          ["folder": folder.url.path, "drawn": "\(missing.count)", "samples": "\(count)"])
      }
      print("\(folder.url.path): \(count) samples, \(missing.count) of them drawn now")
    }
  }
}

extension WorldKind: ExpressibleByArgument {}
