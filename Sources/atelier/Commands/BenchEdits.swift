import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Tensors

extension BenchCommand {
  /// `atelier bench edits`: what is saved where layers need not work again.
  struct Edits: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time what kinds of edits cost, as shares of a picture from the beginning.",
      discussion: """
        Every share is the median of its runs over the median of whole pictures of the same run. An \
        edit "from 256 px on" replaces the styles of all layers from the 256 px block on, with the \
        activations before them kept from the picture before. One "by mask" gives a fifth of the \
        picture a latent of its own in these layers. The table is 6 × 6 pictures, whose \
        columns give the styles from that block on.

        Example:
          atelier bench edits --network faces-1024 --threads 2 --runs 5
        """)

    @OptionGroup var network: NetworkOptions
    @Option(help: ArgumentHelp("How often each kind is timed, after once that is not."))
    var runs = 5
    @OptionGroup var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    struct Line: Encodable {
      let edit: String
      let milliseconds: Double
      let share: Double
    }

    func validate() throws {
      guard (1...1000).contains(runs) else { throw ValidationError("--runs is 1 to 1000.") }
    }

    func run() throws {
      common.apply()
      let loaded = try network.load()
      let timing = EditTiming(
        renderer: loaded.renderer(MemoryContent()),
        cached: loaded.renderer(MemoryContent(), cache: cache.make()))
      var times: [String: [Double]] = [:]
      var order: [String] = []
      for run in 0...runs {
        for (edit, milliseconds) in try timing.round(run) where run > 0 {
          if times[edit] == nil { order.append(edit) }
          times[edit, default: []].append(milliseconds)
        }
        try Interruption.check()
      }
      let medians = order.map { edit in
        let all = (times[edit] ?? []).sorted()
        return (edit, all[all.count / 2])
      }
      let whole = medians.first?.1 ?? 1
      let lines = medians.map { Line(edit: $0, milliseconds: $1, share: $1 / whole) }
      if common.json { return try Output.json(lines) }
      for line in lines {
        let name = line.edit.padding(toLength: 40, withPad: " ", startingAt: 0)
        print(name + String(format: "%9.1f ms  %5.2f", line.milliseconds, line.share))
      }
    }
  }
}

/// One round of timings of every kind of edit.
private struct EditTiming {
  let renderer: Renderer
  /// The same with a cache, as in a session that goes on.
  let cached: Renderer

  /// A picture of `seed`, with `other` in all rows from `row` on.
  private func recipe(_ seed: Int, _ other: Int? = nil, from row: Int = 0) -> Recipe {
    let classes = renderer.generator.size.classes
    let label = classes > 0 ? ClassLabel(0) : nil
    func source(_ seed: Int) -> LatentSource { LatentSource(.seed(UInt32(seed)), label: label) }
    var recipe = Recipe(network: renderer.network, base: source(seed))
    guard let other else { return recipe }
    let layers = LayerSet(row..<renderer.generator.size.rows)
    recipe.append(MixOperation(with: source(other), layers: layers))
    return recipe
  }

  /// The rows at which the blocks begin, by the side of their output.
  private var beginnings: [(side: Int, row: Int)] {
    var beginnings: [(side: Int, row: Int)] = []
    for layer in renderer.generator.layers
    where layer.kind != .toRGB && layer.resolution > beginnings.last?.side ?? 0 {
      beginnings.append((layer.resolution, layer.row))
    }
    return beginnings.filter { $0.side >= 16 && $0.row > 0 }
  }

  /// The time of every kind, the whole picture first; `run` chooses the seeds.
  func round(_ run: Int) throws -> [(edit: String, milliseconds: Double)] {
    let seed = 1000 * run
    // Whole pictures are timed all along, since a machine's speed changes within a round.
    func whole() throws -> (String, Double) {
      ("a whole picture", try time { _ = try renderer.render(recipe(seed)) })
    }
    var times = [try whole()]
    for side in renderer.previews.sides {
      times.append(
        (
          "a preview of \(side) px",
          try time { _ = try renderer.preview(recipe(seed), side: side) }
        ))
    }
    for (side, row) in beginnings {
      times.append(try whole())
      _ = try cached.render(recipe(seed))
      let edited = recipe(seed, seed + 1, from: row)
      times.append(("an edit from \(side) px on", try time { _ = try cached.render(edited) }))
    }
    // The table takes longest, and needs no round before.
    let tables = beginnings.filter { $0.side >= 256 }.prefix(run > 0 ? 1 : 0)
    for (side, row) in tables {
      let table = (0..<36).map {
        recipe(seed + side + $0 / 6, seed + side + 10 + $0 % 6, from: row)
      }
      var items: [RenderOrder.Item] = []
      var all = try time { items = try RenderOrder(table, renderer: cached).items }
      for (index, item) in items.enumerated() {
        if index % 6 == 3 { times.append(try whole()) }
        all += try time { _ = try cached.render(item) }
      }
      times.append(("a table from \(side) px on, each picture", all / 36))
    }
    return try times + regions(seed)
  }

  /// A fifth of the picture with a latent of its own, in the layers from a block on; the activations
  /// before them and the picture without the region are at hand.
  private func regions(_ seed: Int) throws -> [(edit: String, milliseconds: Double)] {
    try beginnings.filter { $0.side >= 64 }.map { block, row in
      _ = try cached.render(recipe(seed))
      var edited = recipe(seed)
      edited.append(
        RegionOperation(
          name: "fifth",
          mask: [try MaskShape(.rectangle(x: 0.25, y: 0.25, width: 0.45, height: 0.45))],
          source: LatentSource(.seed(UInt32(seed + 2)), label: edited.base.label),
          layers: LayerSet(row..<renderer.generator.size.rows), feather: 0))
      return (
        "a fifth by mask from \(block) px on", try time { _ = try cached.render(edited) }
      )
    }
  }

  private func time(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .milliseconds(1)
  }
}
