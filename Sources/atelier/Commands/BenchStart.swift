import ArgumentParser
import Editing
import Foundation
import Networks
import Tensors

extension BenchCommand {
  /// `atelier bench start`: where the time goes until the first picture is on the disk.
  struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time the stages of one cold picture, from the process's start to its PNG.",
      discussion: """
        Run it several times: a process starts once. The network is read and its digest taken at the \
        same time, so that these two count once, by the slower one.

        Example:
          atelier bench start --network faces-1024 --threads 2
        """)

    @OptionGroup var network: NetworkOptions
    @OptionGroup var common: CommonOptions

    struct Line: Encodable {
      let stage: String
      let milliseconds: Double
    }

    func run() throws {
      let before = Stopwatch.sinceProcessStart ?? 0
      common.apply()
      let start = ContinuousClock.now, watch = Stopwatch()
      watch.note("before the command", before)
      guard let name = network.network else {
        throw ValidationError("Missing --network: a checkpoint file, or the name of weights.")
      }
      let loaded = try LoadedNetwork(named: name, watch: watch)
      let classes = loaded.generator.size.classes
      let recipe = Recipe(
        network: loaded.digest,
        base: LatentSource(.seed(0), label: classes > 0 ? ClassLabel(0) : nil))
      let renderer = loaded.renderer(MemoryContent())
      let plan = try watch.time("mapping") { try renderer.plan(recipe) }
      let image = try watch.time("first synthesis") { try renderer.render(plan) }
      let workshop = PictureWorkshop(
        network: loaded, content: MemoryContent(), project: nil, hasMetadata: true)
      let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("atelier-bench-\(getpid()).png")
      defer { try? FileManager.default.removeItem(at: url) }
      try watch.time("PNG, written") {
        _ = try workshop.write(image, of: recipe, named: "seed0000", to: url)
      }
      let total = before + (ContinuousClock.now - start) / .milliseconds(1)
      // Not part of it: what synthesis takes once its weights are prepared and memory is at hand.
      let later = (0..<5).map { _ in
        let again = Stopwatch()
        _ = try? again.time("") { try renderer.render(plan) }
        return again.stages.first?.milliseconds ?? 0
      }.sorted()[2]
      var lines = watch.stages.map { Line(stage: $0.stage, milliseconds: $0.milliseconds) }
      lines.append(Line(stage: "from start to picture", milliseconds: total))
      lines.append(Line(stage: "a later synthesis", milliseconds: later))
      if common.json { return try Output.json(lines) }
      for line in lines {
        let name = line.stage.padding(toLength: 40, withPad: " ", startingAt: 0)
        print(name + String(format: "%9.1f ms", line.milliseconds))
      }
    }
  }
}
