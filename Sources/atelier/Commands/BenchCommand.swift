import ArgumentParser
import Checkpoints
import Foundation
import Networks
import Tensors

/// `atelier bench`: how fast a network draws, and how near inversions come.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed and memory.",
    discussion: """
      Example:
        atelier bench synthesis --network faces-1024 --threads 2 --runs 5
      """,
    subcommands: [
      Synthesis.self, Edits.self, Start.self, TrainingStep.self, Inversions.self,
    ])

  struct Synthesis: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time the synthesis of one picture, and print milliseconds and peak memory.",
      discussion: """
        Example:
          atelier bench synthesis --network faces-1024 --threads 2 --runs 5
          atelier bench synthesis --network faces-1024 --gradient
        """)

    @OptionGroup var network: NetworkOptions
    @Option(help: ArgumentHelp("W+ to draw, npy [1, rows, w]; the mean by default.")) var ws:
      String?
    @Option(help: ArgumentHelp("How many pictures are timed, after one that is not.")) var runs = 5
    @Flag(help: "Also tell what every layer costs.") var layers = false
    @Flag(
      help: ArgumentHelp(
        "Time a step of optimisation: draw, compare pixels, and go back to the gradient of w."))
    var gradient = false
    @OptionGroup var common: CommonOptions

    struct Layer: Encodable {
      let name: String
      let milliseconds: Double
    }

    struct Result: Encodable {
      let milliseconds: Double
      let peakMB: Double
      let threads: Int
      let all: [Double]
      let layers: [Layer]?

      private enum CodingKeys: String, CodingKey {
        case milliseconds, peakMB = "peak_mb", threads, all, layers
      }
    }

    func validate() throws {
      guard (1...1000).contains(runs) else { throw ValidationError("--runs is 1 to 1000.") }
    }

    func run() throws {
      common.apply()
      let generator = try network.load().generator
      let size = generator.size
      var latent = generator.broadcast(generator.meanLatent.reshaped([1, size.wDim]))
      if let ws {
        let checkpoint = try Checkpoint(contentsOf: URL(fileURLWithPath: ws))
        latent = try checkpoint.tensor(checkpoint.names.first ?? "tensor")
        guard latent.count == size.rows * size.wDim else {
          throw CommandError.invalidInput(
            "\(ws) has shape \(latent.shape), not [1, \(size.rows), \(size.wDim)].")
        }
        latent = latent.reshaped([1, size.rows, size.wDim])
      }
      var times: [Double] = []
      for run in 0...runs {
        let start = ContinuousClock.now
        if gradient {
          Self.step(generator, latent)
        } else {
          _ = generator.synthesis(latent, noise: .const)
        }
        if run > 0 { times.append((ContinuousClock.now - start) / .milliseconds(1)) }
      }
      let result = Result(
        milliseconds: times.sorted()[times.count / 2],
        peakMB: Double(PeakMemory.bytes >> 10) / 1024,
        threads: Parallel.threads, all: times,
        layers: layers ? try layerTimes(generator, latent) : nil)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      print(String(decoding: try encoder.encode(result), as: UTF8.self))
    }

    /// The median time of every part of the network, in the order of the work.
    private func layerTimes(_ generator: any Generator, _ latent: Tensor) throws -> [Layer] {
      guard let generator = generator as? any InspectableGenerator else {
        throw CommandError.invalidInput(
          "--layers needs a network that shows its intermediate results; this one does not.")
      }
      var names: [String] = []
      var times: [String: [Double]] = [:]
      for _ in 0..<runs {
        var last = ContinuousClock.now
        _ = generator.synthesis(latent, SynthesisSettings(noise: .const)) { name, _ in
          if times[name] == nil { names.append(name) }
          times[name, default: []].append((ContinuousClock.now - last) / .milliseconds(1))
          last = ContinuousClock.now
        }
      }
      return names.compactMap { name in
        guard let all = times[name]?.sorted() else { return nil }
        return Layer(name: name, milliseconds: all[all.count / 2])
      }
    }

    /// One step: the picture, the mean square of its pixels, and the gradient of the first row of W+
    /// as one row for all.
    private static func step(_ generator: any Generator, _ ws: Tensor) {
      let w = ws.row(0).rows(0..<1)
      _ = valueWithGradient(at: w) { w in
        generator.synthesis(generator.broadcast(w), noise: .const).squared().mean()
      }
    }
  }
}
