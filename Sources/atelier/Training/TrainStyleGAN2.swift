import ArgumentParser
import Foundation
import Networks
import Tensors
import Training

/// `atelier train stylegan2`.
struct TrainStyleGAN2: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stylegan2",
    abstract: "Train StyleGAN2: anew, or on from a network with its discriminator.",
    discussion: """
      Losses, regularisers and their intervals, style mixing, moving average and adaptive \
      augmentation are those of stylegan2-ada-pytorch. The network that is written holds the \
      averaged generator and the discriminator, so that training can go on from it.

      Examples:
        atelier train stylegan2 --data cars --resolution 64 --images 200k --out Runs/cars
        atelier train stylegan2 --data Photos.zip --mirror --augment ada --out Runs/mine
        atelier train stylegan2 --data Photos --from ffhq.pkl --freeze-d 10 --out Runs/adapted
      """)

  @OptionGroup var data: TrainingDataOptions
  @OptionGroup var options: TrainingRunOptions

  @OptionGroup var sizes: LatentSizeOptions
  @Option(help: ArgumentHelp("The layers of the mapping network.", valueName: "n"))
  var mappingLayers = 2

  @Option(
    name: [.customLong("from"), .customLong("resume-from")],
    help: ArgumentHelp(
      "Go on from this StyleGAN2 network, with its sizes and its discriminator.",
      valueName: "file-or-name"))
  var from: String?
  @Option(
    name: [.customLong("freeze-d"), .customLong("freezed")],
    help: ArgumentHelp(
      "Freeze the first layers of the discriminator, as --freezed does.", valueName: "n"))
  var freezeD = 0
  @OptionGroup var freezing: FreezeOptions

  @Option(
    help: ArgumentHelp(
      "Augmentations of what the discriminator sees: none, ada, or a list of mirror, quarters, "
        + "translate, scale, rotate, stretch, fraction, brightness, contrast, luma, hue, saturation, "
        + "color, geometry, blit.", valueName: "kinds"))
  var augment = "none"
  @Option(
    name: [.customLong("augment-p"), .customLong("p")],
    help: ArgumentHelp("Their probability; adaptive if not given.", valueName: "share"))
  var augmentP: Float?
  @Option(help: ArgumentHelp("What adaptive augmentation aims at.", valueName: "sign"))
  var target: Float = 0.6

  @Option(help: ArgumentHelp("R1's γ; 0.0002 · resolution² / batch if not given.", valueName: "γ"))
  var gamma: Float?
  @Option(
    help: ArgumentHelp("The weight of path-length regularisation; 0 for none.", valueName: "n"))
  var pathWeight: Float = 2
  @Option(help: ArgumentHelp("The share of batches with mixed styles.", valueName: "share"))
  var mixing = 0.9
  @Option(name: .customLong("lr"), help: ArgumentHelp("The learning rate.", valueName: "rate"))
  var learningRate = 0.0025
  @Option(
    help: ArgumentHelp(
      "The moving average's half-life in thousands of pictures; batch · 10 / 32 if not given.",
      valueName: "n"))
  var ema: Double?

  func validate() throws {
    let inRange: [(String, Int, ClosedRange<Int>)] = [
      ("--mapping-layers", mappingLayers, 1...64), ("--freeze-d", freezeD, 0...1000),
    ]
    for (name, value, range) in inRange where !range.contains(value) {
      throw ValidationError(
        "\(name) \(value) is not between \(range.lowerBound) and \(range.upperBound).")
    }
    let positive: [(String, Double?)] = [
      ("--gamma", gamma.map(Double.init)), ("--path-weight", Double(pathWeight)),
      ("--lr", learningRate), ("--ema", ema),
    ]
    for case (let name, let value?) in positive where !(value.isFinite && value >= 0) {
      throw ValidationError("\(name) \(value) is not a number from 0 on.")
    }
    guard (0...1).contains(mixing), augmentP.map({ (0...1).contains($0) }) ?? true,
      (-1...1).contains(target)
    else { throw ValidationError("--mixing and --augment-p are shares, --target is a sign.") }
    _ = try augmentation()
  }

  private func augmentation() throws -> AugmentationOptions {
    guard augment != "none" else { return AugmentationOptions() }
    var kinds: Set<AugmentationOptions.Kind> = []
    for word in augment.split(separator: ",").map(String.init) {
      if let kind = AugmentationOptions.Kind(rawValue: word) {
        kinds.insert(kind)
      } else if let group = AugmentationOptions.groups[word] {
        kinds.formUnion(group)
      } else {
        let known =
          AugmentationOptions.Kind.allCases.map(\.rawValue)
          + AugmentationOptions.groups.keys.sorted()
        throw ValidationError(
          "--augment \(word) is none of: none, \(known.joined(separator: ", ")).")
      }
    }
    var options = AugmentationOptions(kinds, probability: augmentP)
    options.target = target
    return options
  }

  func run() throws {
    options.common.apply()
    let network: CanonicalNetwork
    if let from {
      network = try LoadedNetwork(named: from).canonical
    } else {
      network = try StyleGAN2Family.random(
        StyleGAN2Family.Sizes(
          resolution: sizes.resolution, channelBase: sizes.channelsBase,
          channelMax: sizes.channelsMax, zDim: sizes.latent, wDim: sizes.latent,
          mappingLayers: mappingLayers, minibatchGroup: min(4, options.batch)),
        seed: options.seed)
    }
    var settings = StyleGAN2Options()
    settings.gamma = gamma
    settings.pathWeight = pathWeight
    settings.mixing = mixing
    settings.learningRate = learningRate
    settings.averagePictures = ema.map { $0 * 1000 }
    settings.augmentation = try augmentation()
    settings.frozen =
      try freezing.names(in: network)
      + StyleGAN2Options.discriminatorLayers(freezeD, of: network.parameters.keys)
    let step = try StyleGAN2Step(network, options: settings)
    let side = step.size.resolution
    var session = try TrainingSession(
      step, data: try data.load(width: side, height: side), options: options,
      title: "StyleGAN2, \(side) px", facts: TrainingSession.facts(of: network))
    let summary = try session.train()
    if options.common.json { try Output.json(summary) } else { summary.show() }
  }
}
