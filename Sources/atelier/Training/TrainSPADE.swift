import ArgumentParser
import Networks
import Training

/// `atelier train spade`.
struct TrainSPADE: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spade",
    abstract: "Train SPADE (GauGAN) on pictures with label and instance maps.",
    discussion: """
      Hinge, feature matching, optionally VGG19, the codes' divergence, Adam and rates are those of \
      the official script. Sizes are official options (--option ngf=16), crop_size and aspect_ratio \
      come from --size; the norms are instance norms, which small batches can be trained with. With \
      --option use_vae=True an encoder learns the style of pictures as a code.

      Example:
        atelier train spade --data street --size 256x128 --option use_vae=True --option z_dim=64 \
      --option ngf=16 --images 20k --out Runs/spade
      """)

  @OptionGroup var data: TrainingDataOptions
  @OptionGroup var scenes: SceneTrainingOptions
  @OptionGroup var options: TrainingRunOptions
  @Option(
    name: .customLong("lr"),
    help: ArgumentHelp(
      "The generator's learning rate; the discriminator has four times as much.",
      valueName: "rate"))
  var learningRate = 0.0001
  @Option(
    name: .customLong("lambda-kld"),
    help: ArgumentHelp("The weight of the codes' divergence.", valueName: "n"))
  var divergence: Float = 0.05

  func validate() throws {
    guard learningRate.isFinite, learningRate >= 0, divergence.isFinite, divergence >= 0 else {
      throw ValidationError("--lr and --lambda-kld are numbers from 0 on.")
    }
  }

  func run() throws {
    let (width, height) = try scenes.sides()
    let standards = [
      "crop_size": "\(width)", "aspect_ratio": "\(Double(width) / Double(height))",
      "norm_G": "spectralspadeinstance3x3", "contain_dontcare_label": "False",
    ]
    try scenes.train("SPADE", standards: standards, data: data, run: options) { pictures in
      var settings = SceneSettings.spade(pictures: pictures)
      settings.generatorRate = learningRate
      settings.discriminatorRate = learningRate * 4
      settings.objective.divergence = divergence
      return settings
    }
  }
}
