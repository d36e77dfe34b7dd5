import ArgumentParser
import Foundation
import Networks
import Training

/// What `train stylegan1` and `train progan` have in common: sizes, growth, where to begin.
struct ProgressiveTrainingOptions: ParsableArguments {
  @OptionGroup var data: TrainingDataOptions
  @OptionGroup var run: TrainingRunOptions

  @OptionGroup var sizes: LatentSizeOptions

  @Option(
    name: [.customLong("from"), .customLong("resume-from")],
    help: ArgumentHelp(
      "Go on from this network, with its sizes and its discriminator, at its full resolution.",
      valueName: "file-or-name"))
  var from: String?
  @OptionGroup var freezing: FreezeOptions

  @Option(
    name: [.customLong("grow-from"), .customLong("lod-initial-resolution")],
    help: ArgumentHelp(
      "The side of the first pictures; --resolution for a network that does not grow.",
      valueName: "px"))
  var growFrom: Int?
  @Option(
    name: [.customLong("stable"), .customLong("lod-training-kimg")],
    help: ArgumentHelp("The pictures shown at every resolution: 600k.", valueName: "n"))
  var stable: String?
  @Option(
    name: [.customLong("fade"), .customLong("lod-transition-kimg")],
    help: ArgumentHelp(
      "The pictures over which a resolution fades in; as many as --stable if not given.",
      valueName: "n"))
  var fade: String?
  @Option(
    name: .customLong("lr"), help: ArgumentHelp("The learning rate of both.", valueName: "rate"))
  var learningRate: Double?
  @Option(
    help: ArgumentHelp("The moving average's half-life in thousands of pictures.", valueName: "n"))
  var ema = 10.0

  func validate() throws {
    if from != nil, growFrom != nil || stable != nil || fade != nil {
      throw ValidationError(
        "--from goes on at the network's full resolution; leave out --grow-from, --stable and --fade."
      )
    }
    let first = growFrom ?? 4
    guard first >= 4, first.nonzeroBitCount == 1, first <= sizes.resolution else {
      throw ValidationError(
        "--grow-from \(first) is not a power of two from 4 to --resolution.")
    }
    for case (let name, let value?) in [("--lr", learningRate), ("--ema", ema)]
    where !(value.isFinite && value >= 0) {
      throw ValidationError("\(name) \(value) is not a number from 0 on.")
    }
    _ = try growth(ProgressiveOptions.styleGAN1.growth)
  }

  /// The growth that was asked for; `standard` where nothing was.
  private func growth(_ standard: GrowthSchedule) throws -> GrowthSchedule {
    var growth = standard
    if let growFrom { growth.first = growFrom }
    if let stable {
      growth.stable = try TrainingRunOptions.count(stable, "--stable")
      growth.fading = growth.stable
    }
    if let fade { growth.fading = try TrainingRunOptions.count(fade, "--fade", least: 0) }
    return growth
  }

  /// Trains a network of these sizes: `random` draws it where none is given.
  func train(
    _ standard: ProgressiveOptions, title: String,
    random: (ProgressiveSizes, UInt32) throws -> CanonicalNetwork,
    adjust: (inout ProgressiveOptions) -> Void = { _ in }
  ) throws {
    run.common.apply()
    var settings = standard
    settings.growth = from == nil ? try growth(standard.growth) : .none
    settings.averagePictures = ema * 1000
    if let learningRate { settings.learningRate = learningRate }
    adjust(&settings)
    let network =
      try from.map { try LoadedNetwork(named: $0).canonical }
      ?? random(
        ProgressiveSizes(
          resolution: sizes.resolution, channelBase: sizes.channelsBase,
          channelMax: sizes.channelsMax, latent: sizes.latent, minibatchGroup: min(4, run.batch)),
        run.seed)
    settings.frozen = try freezing.names(in: network)
    let step = try ProgressiveStep(network, options: settings)
    let side = step.size.resolution
    let grown = settings.growth.pictures(resolution: side)
    if grown >= (try run.plan().pictures) {
      Output.note(
        "\(side) pixels are reached after \(grown) pictures only; --stable and --fade say so.")
    }
    var session = try TrainingSession(
      step, data: try data.load(width: side, height: side), options: run,
      title: "\(title), \(side) px", facts: TrainingSession.facts(of: network))
    let summary = try session.train()
    if run.common.json { try Output.json(summary) } else { summary.show() }
  }
}
