import ArgumentParser
import Networks
import Training

/// `atelier train progan`.
struct TrainProGAN: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "progan",
    abstract: "Train ProGAN, growing from small pictures to large ones.",
    discussion: """
      Losses (Wasserstein with a gradient penalty and a drift), growth and rates are those of the \
      official script; its phases of 800,000 pictures are shortened with --stable and --fade.

      Example:
        atelier train progan --data cars --resolution 64 --channels-base 1024 --channels-max 64 \
      --latent 128 --stable 20k --images 300k --out Runs/cars
      """)

  @OptionGroup var options: ProgressiveTrainingOptions
  @Option(
    name: [.customLong("penalty"), .customLong("wgan-lambda")],
    help: ArgumentHelp("The weight of the gradient penalty.", valueName: "λ"))
  var penalty: Float = 10
  @Option(
    name: [.customLong("drift"), .customLong("wgan-epsilon")],
    help: ArgumentHelp("The weight of mean D(real)².", valueName: "ε"))
  var drift: Float = 0.001

  func validate() throws {
    for (name, value) in [("--penalty", penalty), ("--drift", drift)]
    where !(value.isFinite && value >= 0) {
      throw ValidationError("\(name) \(value) is not a number from 0 on.")
    }
  }

  func run() throws {
    try options.train(.proGAN, title: "ProGAN", random: ProGANFamily.random) {
      $0.objective = .wasserstein(penalty: penalty, drift: drift)
    }
  }
}
