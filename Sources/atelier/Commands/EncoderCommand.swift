import ArgumentParser
import Editing
import Foundation
import Networks
import Projects
import Tensors

/// `atelier encoder`: guesses latents of pictures, as a start for inversions.
struct EncoderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder",
    abstract: "Fit and show the encoder that inversions start from.",
    discussion: """
      Examples:
        atelier weights fetch lpips-alex
        atelier encoder fit Projects/portraits.atelier --network faces-1024
        atelier encoder show Projects/portraits.atelier --network faces-1024
      """,
    subcommands: [Fit.self, Show.self])

  /// What is told of an encoder.
  struct Report: Encodable {
    let network, metric: String
    let samples: Int
    let seed: UInt32
    let psi: Float
    let explained: Double
    let heldOut: HeldOut?
    let seconds: Double?

    /// Distances of held-out pictures, by the encoder's own metric.
    struct HeldOut: Encodable {
      let pictures: Int
      let fromEncoder, fromMean: Float
    }

    func show() {
      print("\(network): \(metric), \(samples) pictures of seed \(seed) at ψ \(psi)")
      print(String(format: "explains %.1f %% of w on pictures left out", 100 * explained))
      if let heldOut {
        print(
          String(
            format: "%@ to %d pictures kept aside: %.4f from the encoder, %.4f from the mean",
            metric, heldOut.pictures, heldOut.fromEncoder, heldOut.fromMean))
      }
    }
  }

  struct Fit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fit the encoder of a network to pictures that the network makes.",
      discussion: """
        Draws --samples pictures, takes perceptual features of each, and fits a linear map from \
        them to w (ridge regression; the penalty is chosen by leaving pictures out). Then --test \
        pictures more are guessed and compared with the mean as a start. faces-1024 takes a few \
        minutes. The project keeps one encoder a network.

        Example:
          atelier encoder fit Projects/portraits.atelier --network faces-1024 --samples 2000
        """)
    @OptionGroup var target: LatentsCommand.Target
    @OptionGroup var network: NetworkOptions
    @Option(help: ArgumentHelp("How many pictures to fit to.", valueName: "n")) var samples = 2000
    @Option(help: ArgumentHelp("How many pictures to test with.", valueName: "n")) var test = 16
    @Option(help: "The seed of their latents.") var seed: UInt32 = 1
    @Option(
      name: [.customLong("trunc"), .customLong("truncation-psi"), .customLong("psi")],
      parsing: .unconditional, help: ArgumentHelp("Their truncation.", valueName: "psi"))
    var psi: Float = 0.8
    @OptionGroup var perception: FeatureOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard (3...8192).contains(samples) else {
        throw ValidationError("--samples \(samples) is not between 3 and 8192.")
      }
      guard (0...1000).contains(test) else {
        throw ValidationError("--test \(test) is not between 0 and 1000.")
      }
      try Usage.checkFinite(psi, "--trunc")
    }

    func run() throws {
      common.apply()
      let start = ContinuousClock.now
      let loaded = try network.load()
      let distance = try perception.load()
      let generator = loaded.generator
      guard generator.size.classes == 0, [1, 3].contains(generator.size.imageChannels) else {
        throw CommandError.invalidInput(
          "encoders are fitted to networks without classes that make grey or RGB pictures.")
      }
      let project = try target.open()
      var random = RandomState(seed: seed)
      var progress = Progress("pictures", total: samples + test)
      func draw(_ count: Int) throws -> (features: Tensor, latents: Tensor, pictures: [Tensor]) {
        var features: [Tensor] = [], latents: [Tensor] = [], pictures: [Tensor] = []
        for _ in 0..<count {
          let w = generator.mapping(random.randn([1, generator.size.zDim]), label: nil)
          let mean = generator.meanLatent.reshaped(w.shape)
          let code = mean + (w - mean) * psi
          let picture = generator.synthesis(generator.broadcast(code), SynthesisSettings())
          features.append(LatentEncoder.features(of: picture, distance))
          latents.append(code)
          if count == test { pictures.append(LatentEncoder.resized(picture)) }
          try progress.advance()
        }
        return (.concatenated(features), .concatenated(latents), pictures)
      }
      let training = try draw(samples)
      let held = test > 0 ? try draw(test) : nil
      let fit = try LatentEncoder.fit(features: training.features, latents: training.latents)
      let heldOut = held.map { held in
        Self.compare(fit.encoder, held.features, held.pictures, generator, distance)
      }
      try project.add(loaded.record)
      try project.keepEncoder(
        fit.encoder, for: loaded.digest,
        EncoderRecord(
          metric: perception.metric, samples: samples, seed: seed, psi: psi,
          explained: fit.explained))
      let report = Report(
        network: loaded.name, metric: perception.metric, samples: samples, seed: seed, psi: psi,
        explained: fit.explained, heldOut: heldOut,
        seconds: (ContinuousClock.now - start) / .seconds(1))
      if common.json { try Output.json(report) } else { report.show() }
    }

    /// The mean distances of pictures from those of their guesses, and from the mean's picture.
    private static func compare(
      _ encoder: LatentEncoder, _ features: Tensor, _ pictures: [Tensor],
      _ generator: any Generator, _ distance: LPIPS
    ) -> Report.HeldOut {
      func draw(_ w: Tensor) -> Tensor {
        LatentEncoder.resized(
          generator.synthesis(generator.broadcast(w), SynthesisSettings()))
      }
      let centre = draw(generator.meanLatent.reshaped([1, generator.size.wDim]))
      var sums = (encoder: Float(0), mean: Float(0))
      for (n, picture) in pictures.enumerated() {
        let guess = draw(encoder.guess(features.rows(n..<n + 1)))
        sums.encoder += distance.distance(picture, guess).scalar
        sums.mean += distance.distance(picture, centre).scalar
      }
      let count = Float(max(pictures.count, 1))
      return .init(
        pictures: pictures.count, fromEncoder: sums.encoder / count, fromMean: sums.mean / count)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell how the encoder of a network was fitted.",
      discussion: """
        Example:
          atelier encoder show Projects/portraits.atelier --network faces-1024
        """)
    @OptionGroup var target: LatentsCommand.Target
    @OptionGroup var network: NetworkOptions
    @Flag(help: "Print JSON on standard output.") var json = false

    func run() throws {
      let loaded = try network.load()
      guard let (_, record) = try target.open().encoder(for: loaded.digest) else {
        throw CommandError.invalidInput(
          "the project keeps no encoder of \(loaded.name). Fit one with: atelier encoder fit.")
      }
      let report = Report(
        network: loaded.name, metric: record.metric, samples: record.samples, seed: record.seed,
        psi: record.psi, explained: record.explained, heldOut: nil, seconds: nil)
      if json { try Output.json(report) } else { report.show() }
    }
  }
}
