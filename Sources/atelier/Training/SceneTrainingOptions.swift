import ArgumentParser
import Checkpoints
import Foundation
import Networks
import Training

/// What training a network that paints label maps may be told, whatever its family.
struct SceneTrainingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The pictures' width and height; own pictures and their maps are stretched to it.",
      valueName: "px"))
  var size = "256x128"
  @OptionGroup var official: SceneOptionArguments
  @Option(
    help: ArgumentHelp(
      "Begin with what this network has of the same name and shape: a coarser network of one's own, "
        + "or an official one.", valueName: "file-or-name"))
  var from: String?
  @Option(
    help: ArgumentHelp(
      "VGG19 from torchvision, for the perceptual loss; without it there is none.",
      valueName: "file"))
  var vgg: String?
  @Option(
    name: .customLong("lambda-feat"),
    help: ArgumentHelp("The weight of feature matching.", valueName: "n"))
  var matching: Float = 10
  @Option(
    name: .customLong("lambda-l1"),
    help: ArgumentHelp(
      "The weight of the pixels' mean distance, which the official scripts do not have.",
      valueName: "n"))
  var pixels: Float = 0
  @Option(
    help: ArgumentHelp(
      "The pictures with constant learning rates; they fall to 0 over the rest. Half of all if not "
        + "given.", valueName: "n"))
  var constant: String?
  @Option(
    help: ArgumentHelp(
      "The half-life of the generator's moving average in pictures; 0 for none.", valueName: "n"))
  var ema = 0
  @Option(
    help: ArgumentHelp(
      "How many held-out scenes the sheets show (of one's own pictures the first ones).",
      valueName: "n"))
  var show = 6

  func validate() throws {
    _ = try sides()
    for (name, value) in [("--lambda-feat", matching), ("--lambda-l1", pixels)]
    where !(value.isFinite && value >= 0) {
      throw ValidationError("\(name) \(value) is not a number from 0 on.")
    }
    guard ema >= 0, ema <= 1_000_000_000 else {
      throw ValidationError("--ema \(ema) is not a number of pictures.")
    }
    guard (1...64).contains(show) else {
      throw ValidationError("--show \(show) is not between 1 and 64.")
    }
    _ = try constant.map { try TrainingRunOptions.count($0, "--constant", least: 0) }
  }

  /// Width and height.
  func sides() throws -> (width: Int, height: Int) { try Self.sides(of: size) }

  /// Width and height of `256x128`.
  static func sides(of size: String) throws -> (width: Int, height: Int) {
    let parts = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1],
      (16...4096).contains(width), (16...4096).contains(height)
    else {
      throw ValidationError("--size \(size) is not WIDTHxHEIGHT in pixels, such as 256x128.")
    }
    return (width, height)
  }

  /// The samples that sheets show: a world's own, of another seed than those to train on, or the
  /// first of one's own pictures.
  func showcase(
    _ data: TrainingDataOptions, _ loaded: any TrainingData
  ) throws -> [TrainingSample] {
    if let kind = data.world {
      let world = World(
        kind, width: loaded.width, height: loaded.height, seed: data.dataSeed &+ 1)
      return WorldData(world).samples(Array(0..<show))
    }
    return try loaded.samples(Array(0..<min(show, loaded.count ?? show)))
  }

  /// Throws if the network does not paint pictures of the data's size.
  private static func check(
    _ network: CanonicalNetwork, fits data: any TrainingData
  ) throws {
    let size = try Scenes.load(network).size, multiple = size.multiple
    let isFixed = size.fixedSize.map { $0.width == data.width && $0.height == data.height }
    guard isFixed ?? (data.width % multiple == 0 && data.height % multiple == 0) else {
      throw CommandError.invalidInput(
        size.fixedSize.map {
          "the network paints \($0.width)×\($0.height) pixels; train it with --size "
            + "\($0.width)x\($0.height)."
        } ?? "--size: this network takes multiples of \(multiple).")
    }
  }

  /// Trains a network of `family`: `standards` are options where none are given.
  func train(
    _ family: String, standards: [String: String], data: TrainingDataOptions,
    run: TrainingRunOptions, settings: (_ pictures: Int) throws -> SceneSettings
  ) throws {
    run.common.apply()
    let (width, height) = try sides()
    var options = SceneOptions(standards).overridden(by: try official.read())
    if options["label_nc"] == nil {
      guard let world = data.world else {
        throw ValidationError(
          "say how many classes the label maps have, with --option label_nc=NUMBER.")
      }
      options["label_nc"] = "\(world.classes.count)"
    }
    let earlier = try from.map { try LoadedScene(named: $0).canonical }
    let (network, taken) = try Scenes.beginning(
      family: family, options: options, seed: run.seed, earlier: earlier)
    if let from, taken == 0 {
      throw CommandError.invalidInput("--from \(from) has no tensor in common with this network.")
    }
    let loaded = try data.load(width: width, height: height, fit: .stretch)
    let plan = try run.plan()
    var course = try settings(plan.pictures)
    course.objective.matching = matching
    course.objective.pixels = pixels
    course.averageHalfLife = ema
    if let constant {
      course.constantPictures = try TrainingRunOptions.count(constant, "--constant", least: 0)
      course.fallingPictures = max(plan.pictures - course.constantPictures, 0)
    }
    let features = try vgg.map {
      try VGG19Features(Checkpoint(contentsOf: URL(fileURLWithPath: $0)))
    }
    try Self.check(network, fits: loaded)
    let step = try SceneStep(
      network, plan: course, perceptual: features, showcase: try showcase(data, loaded))
    let count = network.parameters.values.reduce(0) { $0 + $1.shape.count }
    var session = try TrainingSession(
      step, data: loaded, options: run, title: "\(family), \(width)×\(height) px",
      facts: [
        ("weights", "\(count)"),
        ("begins with", from.map { "\($0) (\(taken) tensors)" } ?? "random weights"),
        ("command", CommandLine.arguments.dropFirst().joined(separator: " ")),
      ])
    let summary = try session.train()
    if run.common.json { try Output.json(summary) } else { summary.show() }
  }
}
