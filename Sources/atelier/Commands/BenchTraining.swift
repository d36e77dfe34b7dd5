import ArgumentParser
import Foundation
import Imaging
import Networks
import Tensors
import Training

extension BenchCommand {
  /// `atelier bench training`: what a training step of StyleGAN2 costs.
  struct TrainingStep: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "training",
      abstract:
        "Time the training step of StyleGAN2, its lazy regularisers counted as often as they come.",
      discussion: """
        Of sixteen steps three measure path lengths besides, and one path lengths and R1: each kind is \
        timed, and the mean over the sixteen told. Pictures are noise, drawn before.

        Example:
          atelier bench training --resolution 64 --batch 8 --channels-base 2048 --channels-max 64
        """)

    @Option(help: ArgumentHelp("The side of the pictures.", valueName: "px")) var resolution = 64
    @Option(help: ArgumentHelp("The pictures of a step.", valueName: "n")) var batch = 8
    @Option(help: ArgumentHelp("Channels times side.", valueName: "n")) var channelsBase = 16384
    @Option(help: ArgumentHelp("The most channels.", valueName: "n")) var channelsMax = 512
    @Option(help: ArgumentHelp("The width of z and w.", valueName: "n")) var latent = 512
    @Option(help: ArgumentHelp("How often each kind of step is timed.", valueName: "n"))
    var rounds = 3
    @OptionGroup var common: CommonOptions

    struct Result: Encodable {
      let milliseconds, plain, path, penalty, picturesPerSecond, gigaflops: Double
      let threads: Int
    }

    func validate() throws {
      guard (1...1000).contains(rounds) else { throw ValidationError("--rounds is 1 to 1000.") }
    }

    func run() throws {
      common.apply()
      let network = try StyleGAN2Family.random(
        StyleGAN2Family.Sizes(
          resolution: resolution, channelBase: channelsBase, channelMax: channelsMax, zDim: latent,
          wDim: latent, minibatchGroup: min(4, batch)), seed: 1)
      var step = try StyleGAN2Step(network, options: StyleGAN2Options())
      try step.check(batch: batch)
      var random = RandomState(seed: 1)
      let samples = (0..<batch).map { _ in
        TrainingSample(
          picture: Image(random.randn([3, resolution, resolution]) * 0.3))
      }
      let data = TrainingBatch(samples)
      // The first step is not timed: it makes memory and threads.
      _ = try step.train(on: data, at: TrainingMoment(step: 1, pictures: 0, seed: 1))
      func median(_ number: Int) throws -> Double {
        try (0..<rounds).map { _ in
          let start = ContinuousClock.now
          _ = try step.train(
            on: data, at: TrainingMoment(step: number, pictures: number * batch, seed: 1))
          return (ContinuousClock.now - start) / .milliseconds(1)
        }.sorted()[rounds / 2]
      }
      let (plain, path, penalty) = (try median(1), try median(4), try median(0))
      let mean = (12 * plain + 3 * path + penalty) / 16
      let speed = Double(batch) * 1000 / mean
      let result = Result(
        milliseconds: mean, plain: plain, path: path, penalty: penalty,
        picturesPerSecond: speed, gigaflops: speed * step.operationsPerPicture / 1e9,
        threads: Parallel.threads)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      print(String(decoding: try encoder.encode(result), as: UTF8.self))
    }
  }
}
