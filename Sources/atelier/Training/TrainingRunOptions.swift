import ArgumentParser
import Foundation
import Training

/// How long a training is, and where it keeps what it makes.
struct TrainingRunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The pictures of a step.", valueName: "n")) var batch = 8
  @Option(
    name: [.customLong("images"), .customLong("kimg-total")],
    help: ArgumentHelp(
      "How many pictures to show in all: 200000, 200k or 2m.", valueName: "n"))
  var images = "200k"
  @Option(
    help: ArgumentHelp("The seed of weights, order and all random numbers.", valueName: "n"))
  var seed: UInt32 = 1
  @Option(
    name: [.customLong("out"), .customLong("outdir")],
    help: ArgumentHelp("The folder of the run; made if missing.", valueName: "folder"))
  var out: String
  @Flag(help: "Go on with the run in the folder; begin it if there is none.") var resume = false
  @Option(help: ArgumentHelp("Pictures between two reports: 2000 or 2k.", valueName: "n"))
  var tick = "2k"
  @Option(
    help: ArgumentHelp(
      "Reports between two sheets of samples, stored states and pages.", valueName: "n"))
  var snap = 4
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...65_536).contains(batch) else {
      throw ValidationError("--batch \(batch) is not between 1 and 65536.")
    }
    guard (1...1_000_000).contains(snap) else {
      throw ValidationError("--snap \(snap) is not between 1 and 1000000.")
    }
    _ = try plan()
  }

  /// Batch, length and seed.
  func plan() throws -> TrainingPlan {
    TrainingPlan(
      batch: batch, pictures: try Self.count(images, "--images"),
      tick: try Self.count(tick, "--tick"), seed: seed)
  }

  /// A number, 1 or `least` at least, with `k` or `m` for thousands and millions.
  static func count(_ text: String, _ option: String, least: Double = 1) throws -> Int {
    let lower = text.lowercased()
    let factor: Double = lower.hasSuffix("k") ? 1e3 : lower.hasSuffix("m") ? 1e6 : 1
    let digits = factor == 1 ? lower : String(lower.dropLast())
    guard let number = Double(digits), number.isFinite, number * factor >= least,
      number * factor <= 1e12
    else {
      throw ValidationError("\(option) \(text) is not a number of pictures such as 2000 or 200k.")
    }
    return Int((number * factor).rounded())
  }
}
