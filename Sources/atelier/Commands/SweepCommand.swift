import ArgumentParser
import Editing
import Foundation
import Imaging
import Projects
import Tensors

/// `atelier sweep`: one picture under many values of ψ, of a direction, or of both.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Sweep truncation, a direction, or both, into a labelled strip or table.",
    discussion: """
      Ranges are first:last:step, both ends included, or a list.

      Examples:
        atelier sweep --network faces-1024 --seed 85 --trunc -1:1:0.25 --outdir out
        atelier sweep --network faces-1024 --seed 85 --direction smile.pt --by -3:3:1
        atelier sweep --network faces-1024 --seed 85 --direction pose.npy --by -3:3:3 \\
          --layers 0-3 --trunc 0.5:1:0.25
        atelier sweep --network church.pkl --seed 3 --trunc 0:1:0.25 --lod 1 --noise-mode none
      """)

  @OptionGroup var network: NetworkOptions
  @Option(
    name: [.customLong("seed"), .customLong("seeds"), .customLong("latent")],
    help: ArgumentHelp("The latents: seeds, kept names or files.", valueName: "list"))
  var latent = "0"
  @Option(
    name: [
      .customLong("trunc"), .customLong("truncation-psi"), .customLong("psi"),
      .customLong("tr", withSingleDash: true),
    ], parsing: .unconditional,
    help: ArgumentHelp("Values of ψ: -1:1:0.25 or -1,0,0.7.", valueName: "range"))
  var trunc: String?
  @Option(
    name: [.customLong("trunc-cutoff"), .customLong("truncation-cutoff")],
    help: ArgumentHelp("Layers from this one on are not truncated.", valueName: "layer"))
  var truncCutoff: Int?
  @Option(help: ArgumentHelp("A direction: a kept name or a file.", valueName: "name-or-file"))
  var direction: String?
  @Option(
    help: ArgumentHelp("The tensor in a direction file that holds several.", valueName: "name"))
  var key: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How far along the direction: -3:3:1.", valueName: "range"))
  var by = "-3:3:1"
  @Option(
    name: [.customLong("layers"), .customLong("layer_idx"), .customShort("L")],
    help: ArgumentHelp("The layers that move.", valueName: "layers"))
  var layers = "all"
  @Option(
    name: [.customLong("class"), .customLong("labels")],
    help: ArgumentHelp("The class for conditional networks.", valueName: "class"))
  var label: String?
  @OptionGroup var synthesis: SynthesisOptions
  @Option(help: ArgumentHelp("The labelled strip or table.", valueName: "file.png"))
  var sheet: String?
  @Option(help: ArgumentHelp("The side of its cells in pixels.", valueName: "px")) var cell = 256
  @Flag(help: "Also write every picture in full size.") var pictures = false
  @OptionGroup var files: PictureOptions
  @OptionGroup var cache: CacheOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard trunc != nil || direction != nil else {
      throw ValidationError("Give --trunc, --direction, or both.")
    }
    guard (16...4096).contains(cell) else {
      throw ValidationError("--cell \(cell) is not between 16 and 4096.")
    }
    try Usage.check {
      _ = try trunc.map { try NumberRange(parsing: $0) }
      _ = try NumberRange(parsing: by)
      _ = try LayerSet(parsing: layers)
      _ = try label.map { try ClassLabel(parsing: $0) }
      try SourceReader.checkSeeds(latent)
    }
    if let truncCutoff, truncCutoff < 0 {
      throw ValidationError("--trunc-cutoff \(truncCutoff) is below 0.")
    }
  }

  func run() throws {
    common.apply()
    let network = try network.load()
    let existing = try files.existingProject()
    let generator = network.generator
    var reader = SourceReader(
      project: existing, generator: generator,
      label: try label.map { try ClassLabel(parsing: $0) })
    let sources = try reader.sources(latent)
    var content = reader.content
    let layers = try LayerSet(parsing: layers)
    _ = try layers.indices(count: generator.size.rows)
    let axis = try direction.map {
      try DirectionReader.tensor($0, key: key, project: existing, size: generator.size)
    }
    let moved = axis.map { content.add($0) }
    let psis = try trunc.map { try NumberRange(parsing: $0).values }
    let steps = try moved.map { _ in try NumberRange(parsing: by).values }
    let plain = try synthesis.applied(
      to: Recipe(network: network.digest, base: LatentSource(.mean)), for: generator)
    func recipe(_ source: LatentSource, _ psi: Float?, _ step: Float?) -> Recipe {
      var recipe = plain
      recipe.base = source
      recipe.truncation = .psi(psi ?? generator.defaultTruncation.psi, cutoff: truncCutoff)
      // A sweep of ψ is about the latent itself, stored ones included.
      if psi != nil { recipe.base.truncates = true }
      if let moved, let step {
        recipe.append(MoveOperation(along: moved, by: step, layers: layers))
      }
      return recipe
    }
    let isTable = psis != nil && steps != nil
    let columns =
      steps.map { $0.map { "\(Self.short($0))" } }
      ?? (psis ?? []).map { "ψ \(Self.short($0))" }
    var rows: [String] = []
    var cells: [[Recipe?]] = []
    for (source, name) in sources {
      for psi in isTable ? psis ?? [] : [] {
        rows.append((sources.count > 1 ? "\(name)\n" : "") + "ψ \(Self.short(psi))")
        cells.append((steps ?? []).map { recipe(source, psi, $0) })
      }
      guard !isTable else { continue }
      rows.append(sources.count > 1 ? name : "")
      cells.append(
        steps.map { $0.map { recipe(source, nil, $0) } }
          ?? (psis ?? []).map { recipe(source, $0, nil) })
    }
    let table = Sheet(
      rows: rows.allSatisfy(\.isEmpty) ? [] : rows, columns: columns, cells: cells, cell: cell)
    // Everything that can be wrong is found before a file appears.
    try network.check(table.recipes, content: content)
    try table.checkSize()
    let url =
      try sheet.map { try table.checkedFile($0) }
      ?? files.folder().appendingPathComponent("sweep.png")
    let project = try files.openProject(network)
    let workshop = PictureWorkshop(
      network: network, content: content, project: project, hasMetadata: !files.noMetadata,
      cache: cache.make())
    let name = url.deletingPathExtension().lastPathComponent
    let needed = content.tensors.filter { table.tensors.contains($0.key) }
    try project?.keep(table, named: name, attachments: needed, replace: true)
    let (full, small) =
      pictures ? try write(table, workshop, folder: files.folder()) : ([], [:])
    let written = [try workshop.write(table, named: name, to: url, pictures: small)]
    try Output.written(written + full, json: common.json)
  }

  /// Writes every picture of a table in full size, as `sweep-ROW-COLUMN.png`, and gives them in the
  /// size of its cells.
  private func write(
    _ table: Sheet, _ workshop: PictureWorkshop, folder: URL
  ) throws -> (written: [PictureWorkshop.Written], cells: [Recipe: Image]) {
    var names: [Recipe: [(place: Int, name: String)]] = [:]
    for (y, row) in table.cells.enumerated() {
      for (x, recipe) in row.enumerated() {
        guard let recipe else { continue }
        let name = String(format: "sweep-%02d-%02d", y, x)
        names[recipe, default: []].append((y * row.count + x, name))
      }
    }
    var written: [Int: PictureWorkshop.Written] = [:]
    var cells: [Recipe: Image] = [:]
    var progress = Progress("pictures", total: table.recipes.count)
    try workshop.render(table.recipes) { recipe, image in
      for (place, name) in names[recipe] ?? [] {
        let url = folder.appendingPathComponent("\(name).png")
        written[place] = try workshop.write(image, of: recipe, named: name, to: url)
      }
      cells[recipe] = table.fitted(image)
      try progress.advance()
    }
    return (written.sorted { $0.key < $1.key }.map(\.value), cells)
  }

  /// `0.5` and `1`, not `1.0`, with a minus sign that reads well.
  private static func short(_ value: Float) -> String {
    let text = Int(exactly: value).map(String.init) ?? "\(value)"
    return text.replacingOccurrences(of: "-", with: "−")
  }
}

extension Sheet {
  /// Throws for a table that is too large to be drawn.
  func checkSize() throws {
    guard isDrawable else {
      throw CommandError.invalidInput(
        "a table of \(cells.count) × \(cells.map(\.count).max() ?? 0) pictures of \(cell) pixels is "
          + "too large: a side has at most \(Sheet.longestSide) pixels. Make --cell smaller.")
    }
  }

  /// The file for the table, both looked at before the work begins.
  func checkedFile(_ path: String) throws -> URL {
    try checkSize()
    return try OutputPlace.file(path)
  }
}
