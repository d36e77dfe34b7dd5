import ArgumentParser
import Networks
import Training

/// `atelier train stylegan1`.
struct TrainStyleGAN1: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stylegan1",
    abstract: "Train StyleGAN of the first generation, growing from small pictures to large ones.",
    discussion: """
      Losses (logistic with R1 in every step), style mixing, growth and rates are those of the official \
      script for faces; its phases of 600,000 pictures are shortened with --stable and --fade. The \
      network that is written holds the averaged generator and the discriminator, and works at the \
      resolution that it has grown to.

      Examples:
        atelier train stylegan1 --data portraits --resolution 64 --channels-base 1024 \
      --channels-max 64 --latent 128 --stable 20k --images 300k --out Runs/portraits
        atelier train stylegan1 --data Photos --from karras2019stylegan-ffhq.pkl --out Runs/adapted
      """)

  @OptionGroup var options: ProgressiveTrainingOptions
  @Option(help: ArgumentHelp("R1's γ.", valueName: "γ")) var gamma: Float = 10
  @Option(help: ArgumentHelp("The share of batches with mixed styles.", valueName: "share"))
  var mixing = 0.9
  @Option(help: ArgumentHelp("The layers of the mapping network.", valueName: "n"))
  var mappingLayers = 8

  func validate() throws {
    guard gamma.isFinite, gamma >= 0 else {
      throw ValidationError("--gamma \(gamma) is not a number from 0 on.")
    }
    guard (0...1).contains(mixing) else { throw ValidationError("--mixing is a share.") }
    guard (1...64).contains(mappingLayers) else {
      throw ValidationError("--mapping-layers \(mappingLayers) is not between 1 and 64.")
    }
  }

  func run() throws {
    try options.train(.styleGAN1, title: "StyleGAN1") { sizes, seed in
      var sizes = sizes
      sizes.mappingLayers = mappingLayers
      return try StyleGAN1Family.random(sizes, seed: seed)
    } adjust: {
      $0.objective = .logistic(gamma: gamma)
      $0.mixing = mixing
    }
  }
}
