import ArgumentParser
import Networks
import Training

/// `atelier train pix2pixhd`.
struct TrainPix2PixHD: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pix2pixhd",
    abstract: "Train pix2pixHD with its encoder on pictures with label and instance maps.",
    discussion: """
      Least squares, feature matching, optionally VGG19, Adam and rates are those of the official \
      script; the encoder learns jointly. Sizes are official options: --option ngf=16 and the like. \
      Coarse then fine: train a global network on small pictures, then go on from it with \
      --option netG=local at twice the size; its ngf is half of the global network's.

      Examples:
        atelier train pix2pixhd --data street --size 256x128 --option ngf=16 --images 20k --out Runs/street
        atelier train pix2pixhd --data City --option label_nc=35 --batch 1 --images 400k --out Runs/city
        atelier train pix2pixhd --data City --size 512x256 --option label_nc=35 --option netG=local \
      --from Runs/city/network.safetensors --fix-global 20k --out Runs/fine
      """)

  @OptionGroup var data: TrainingDataOptions
  @OptionGroup var scenes: SceneTrainingOptions
  @OptionGroup var options: TrainingRunOptions
  @Option(name: .customLong("lr"), help: ArgumentHelp("The learning rates.", valueName: "rate"))
  var learningRate = 0.0002
  @Option(
    help: ArgumentHelp(
      "The pictures for which only the finest enhancer and the encoder learn (niter_fix_global).",
      valueName: "n"))
  var fixGlobal: String?
  @Option(
    help: ArgumentHelp(
      "The weight of what changes around an object that is given another style, at every other step; "
        + "the official script has no such loss.", valueName: "n"))
  var lambdaLocal: Float = 0

  func validate() throws {
    guard learningRate.isFinite, learningRate >= 0 else {
      throw ValidationError("--lr \(learningRate) is not a number from 0 on.")
    }
    guard lambdaLocal.isFinite, lambdaLocal >= 0 else {
      throw ValidationError("--lambda-local \(lambdaLocal) is not a number from 0 on.")
    }
    _ = try fixGlobal.map { try TrainingRunOptions.count($0, "--fix-global") }
  }

  func run() throws {
    try scenes.train("Pix2PixHD", standards: [:], data: data, run: options) { pictures in
      var settings = SceneSettings.pix2pixHD(pictures: pictures)
      settings.generatorRate = learningRate
      settings.discriminatorRate = learningRate
      settings.objective.locality = lambdaLocal
      settings.fixedCoarsePictures =
        try fixGlobal.map { try TrainingRunOptions.count($0, "--fix-global") } ?? 0
      return settings
    }
  }
}
