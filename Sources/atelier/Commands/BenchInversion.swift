import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

extension BenchCommand {
  /// `atelier bench inversion`: how near inversions come.
  struct Inversions: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "inversion",
      abstract: "Invert generated pictures or photographs, and tell how near that comes.",
      discussion: """
        Generated pictures are inverted from their pixels, by the plan of 'atelier invert'. \
        Photographs are inverted four ways, each going on from the one before: in W, in W+, with \
        noise maps, and by tuning weights around the latent in W+; seconds are those of the whole way.

        Examples:
          atelier bench inversion --network faces-1024 --seeds 0-9 --trunc 0.7 --steps 200
          atelier bench inversion --network faces-1024 --photos faces/*.jpg --points points.json \\
            --outdir strips --project Projects/photographs.atelier
        """)

    @OptionGroup var network: NetworkOptions
    @Option(help: ArgumentHelp("The seeds of generated pictures.", valueName: "seeds"))
    var seeds = "0-9"
    @Option(
      name: [.customLong("trunc"), .customLong("psi")], parsing: .unconditional,
      help: ArgumentHelp("Their truncation.", valueName: "psi"))
    var psi: Float = 0.7
    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp("Photographs instead.", valueName: "files"))
    var photos: [String] = []
    @OptionGroup var alignment: AlignmentOptions
    @Option(help: ArgumentHelp("Steps of W and W+ together.", valueName: "n")) var steps = 200
    @Option(help: ArgumentHelp("Photographs: steps with noise maps.", valueName: "n"))
    var noiseSteps = 100
    @Option(help: ArgumentHelp("Photographs: steps of tuning.", valueName: "n")) var pti = 100
    @Option(help: ArgumentHelp("The learning rate of tuning.")) var ptiRate = 3e-4
    @Option(help: ArgumentHelp("What is made small.", valueName: "distances"))
    var distance = "lpips-alex,l2:0.5"
    @Option(
      help: ArgumentHelp(
        "The plan as JSON, as projects store it, instead of that of 'atelier invert'.",
        valueName: "file"))
    var plan: String?
    @Option(help: ArgumentHelp("A project with the encoder to start from.", valueName: "project"))
    var encoder: String?
    @Option(help: ArgumentHelp("Keep the latents here.", valueName: "project"))
    var project: String?
    @Option(help: ArgumentHelp("Write strips of target, result and difference here."))
    var outdir: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard (1...100_000).contains(steps), (0...100_000).contains(noiseSteps),
        (0...100_000).contains(pti)
      else { throw ValidationError("Steps are numbers up to 100000.") }
      try Usage.checkFinite(psi, "--trunc")
      _ = try DistanceList.parts(distance)
      if photos.isEmpty { try Usage.check { _ = try SeedList.parse(seeds) } }
    }

    /// One inversion.
    struct Line: Encodable {
      let name: String
      let method: String
      let quality: InversionQuality
      let seconds: Double
      /// In megabytes, while it was at work.
      let peakMB: Double

      /// Written at once: the next may take minutes.
      func show() {
        let text = String(
          format: "%@ %@ distance %.4f l2 %.4f ms-ssim %.4f %6.1f s %5.0f MB\n",
          name.padded(to: 16), method.padded(to: 4), quality.distance, quality.l2,
          quality.similarity, seconds, peakMB)
        FileHandle.standardOutput.write(Data(text.utf8))
      }
    }

    func run() throws {
      common.apply()
      let loaded = try network.load()
      let distance = try DistanceList(distance)
      let size = loaded.generator.size
      guard size.imageChannels == 3, size.classes == 0, size.resolution >= distance.smallestSide
      else {
        throw CommandError.invalidInput(
          "bench inversion works with networks without classes that make RGB pictures of "
            + "\(distance.smallestSide) pixels and more.")
      }
      var bench = InversionBench(
        network: loaded, distance: distance,
        plan: try plan.map(Self.read) ?? .standard(steps: steps),
        tuning: (pti, ptiRate), noiseSteps: noiseSteps,
        folder: try outdir.map { try OutputPlace.folder($0) },
        project: try project.map {
          try Project.create(at: URL(fileURLWithPath: $0), openExisting: true)
        }, isQuiet: common.json)
      try bench.start(encoder.map { try Project(at: URL(fileURLWithPath: $0)) })
      Interruption.watch()
      if photos.isEmpty {
        for seed in try SeedList.parse(seeds) { try bench.invert(seed: seed, psi: psi) }
      } else {
        for photo in photos {
          try bench.invert(photo, alignment.aligned(photo, side: size.resolution))
        }
      }
      if common.json { return try Output.json(bench.lines) }
      bench.summarize()
    }

    private static func read(_ file: String) throws -> InversionPlan {
      do {
        return try JSONDecoder().decode(
          InversionPlan.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
      } catch {
        throw CommandError.invalidInput("\(file): holds no plan of an inversion: \(error)")
      }
    }
  }
}
