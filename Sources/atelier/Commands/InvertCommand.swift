import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

/// `atelier invert`: a photograph's latent.
struct InvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invert",
    abstract: "Find the latent whose picture is a photograph, and keep it in a project.",
    discussion: """
      The photograph is aligned from --points, or its middle is taken. The optimisation starts at \
      the project's encoder if there is one (see 'atelier encoder'), else at the mean; the first \
      steps are made in W, the others in W+. Its state is stored \
      in the project every --keep-every steps and at Ctrl-C: the same command goes on from there, \
      with the result of an undisturbed run. The result is kept as a latent of the same name; what \
      starts from it draws with its noise maps (--noise) and its tuned weights (--pti), too.

      Distances: lpips-alex, lpips-vgg or a file with an LPIPS network, ms-ssim, gradients, l2, l1; \
      several with weights are added up.

      Examples:
        atelier weights fetch lpips-alex
        atelier invert me.jpg --points 565,632,778,624,672,853 --network faces-1024 \\
          --project Projects/portraits.atelier --name me --output me.png
        atelier invert me.jpg --network faces-1024 --project Projects/portraits.atelier \\
          --distance ms-ssim,gradients,l2:0.5 --noise --pti 100 --preview so-far.png
        atelier new Projects/portraits.atelier --network faces-1024 --latent me --name me
      """,
    aliases: ["projector"])

  enum Space: String, ExpressibleByArgument, CaseIterable {
    case w
    case wPlus = "w+"
  }

  enum Start: String, ExpressibleByArgument, CaseIterable { case encoder, nearest, mean }

  @Argument(help: ArgumentHelp("The photograph, PNG or JPEG.", valueName: "photo")) var photo:
    String?
  @Option(
    name: [.customLong("target"), .customShort("t")],
    help: ArgumentHelp("The photograph, as the official projector takes it.", visibility: .hidden))
  var target: String?
  @OptionGroup var alignment: AlignmentOptions
  @OptionGroup var network: NetworkOptions
  @Option(help: ArgumentHelp("The project; it is made if missing.", valueName: "project"))
  var project: String
  @Option(help: ArgumentHelp("The latent's name; the photograph's by default.")) var name: String?
  @Option(
    name: [.customLong("steps"), .customLong("num-steps")],
    help: ArgumentHelp("How many steps.", valueName: "n"))
  var steps = 200
  @Option(help: "The space that is searched: w or w+.") var space = Space.wPlus
  @Option(help: "Where to start: encoder, mean, or nearest of a thousand pictures.") var start:
    Start?
  @Flag(help: "Optimise the noise maps too; they are kept with the inversion.") var noise = false
  @Option(help: "The seed of the noise on the latent.") var seed: UInt64 = 0
  @Option(
    name: [.customLong("distance"), .customLong("metric")],
    help: ArgumentHelp(
      "What is made small: names with weights, separated by commas.", valueName: "distances"))
  var distance = "lpips-alex,l2:0.5"
  @Option(
    help: ArgumentHelp(
      "Then tune the network's weights to the picture for so many steps (pivotal tuning); the "
        + "difference is kept with the latent.", valueName: "n"))
  var pti = 0
  @Option(help: ArgumentHelp("The learning rate of --pti.", valueName: "rate"))
  var ptiRate = 3e-4
  @Option(
    help: ArgumentHelp(
      "End a stage when its loss has not fallen by a thousandth for so many steps.",
      valueName: "n"))
  var patience: Int?
  @Option(help: ArgumentHelp("Store the state every so many steps.", valueName: "n"))
  var keepEvery = 20
  @Flag(help: "Begin anew where an inversion of this name is stored.") var restart = false
  @Option(
    help: ArgumentHelp("Write the picture so far here as it goes on.", valueName: "file.png"))
  var preview: String?
  @Option(help: ArgumentHelp("Write it every so many steps.", valueName: "n"))
  var previewEvery = 10
  @Option(
    name: [.customLong("output"), .customShort("o")],
    help: ArgumentHelp(
      "A strip of target, result and what is left between them.", valueName: "file.png"))
  var output: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (photo == nil) != (target == nil) else {
      throw ValidationError("Give one photograph.")
    }
    guard (1...100_000).contains(steps), (1...100_000).contains(keepEvery) else {
      throw ValidationError("--steps and --keep-every are numbers from 1 to 100000.")
    }
    guard (0...100_000).contains(pti), (1...100_000).contains(previewEvery) else {
      throw ValidationError("--pti is 0 to 100000, and --preview-every 1 to 100000.")
    }
    guard ptiRate > 0, ptiRate.isFinite else { throw ValidationError("--pti-rate is above 0.") }
    if let patience, patience < 1 { throw ValidationError("--patience is 1 or more.") }
    _ = try DistanceList.parts(distance)
  }

  private var file: String { photo ?? target ?? "" }

  func run() throws {
    common.apply()
    let loaded = try network.load()
    let title =
      name ?? URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    try NameKind.latent.check(title)
    let distance = try DistanceList(distance)
    let places = (
      preview: try preview.map { try OutputPlace.file($0) },
      output: try output.map { try OutputPlace.file($0) }
    )
    let size = loaded.generator.size
    guard size.imageChannels == 3, size.classes == 0 else {
      throw CommandError.invalidInput(
        "invert works with networks without classes that make RGB pictures.")
    }
    guard size.resolution >= distance.smallestSide else {
      throw CommandError.invalidInput(
        "\(self.distance) compares pictures of \(distance.smallestSide) pixels a side and more; this "
          + "network makes \(size.resolution).")
    }
    if noise, loaded.generator.noiseMaps().isEmpty {
      throw CommandError.invalidInput("--noise: this network has no noise maps.")
    }
    let image = try alignment.aligned(file, side: size.resolution)
    let project = try Project.create(
      at: URL(fileURLWithPath: self.project), openExisting: true)
    let chosen = try start ?? (project.encoder(for: loaded.digest) == nil ? .mean : .encoder)
    var work = try InversionWork(
      network: loaded, project: project, name: title, target: image, distance: distance,
      settings: InversionSettings(
        distance: self.distance, plan: plan(chosen), tuning: pti, tuningRate: ptiRate),
      start: chosen, restart: restart)
    try work.run(keepEvery: keepEvery, preview: places.preview.map { ($0, previewEvery) })
    let report = try work.finish(photo: file, output: places.output)
    if common.json { try Output.json(report) } else { report.show() }
  }

  private func plan(_ start: Start) -> InversionPlan {
    var plan = InversionPlan.standard(steps: steps, optimizesNoise: noise, seed: seed)
    switch start {
    case .encoder: plan.start = .given
    case .mean: plan.start = .mean
    case .nearest: plan.start = .nearest(count: 1000)
    }
    if space == .w {
      var stage = plan.stages[0]
      stage.steps = steps
      (stage.noise, stage.noiseWeight) = (noise ? .stored : .fixed, 1e3)
      plan.stages = [stage]
    }
    for index in plan.stages.indices { plan.stages[index].patience = patience }
    return plan
  }
}
