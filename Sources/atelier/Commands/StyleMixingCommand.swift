import ArgumentParser
import Editing
import Foundation
import Imaging
import Projects
import Tensors

/// `atelier style-mixing`: the table of the StyleGAN paper.
struct StyleMixingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "style-mixing",
    abstract: "Mix the styles of rows and columns of latents into a table of pictures.",
    discussion: """
      Every picture takes the layers of --styles from its column and all others from its row. Files \
      are named ROW-COLUMN.png; grid.png shows all of them without gaps, as the official script \
      writes it, and --sheet writes a labelled table.

      Examples:
        atelier style-mixing --network faces-1024 --rows 85,100 --cols 55,821 --styles 0-6
        atelier style-mixing --network faces-1024 --rows 85,100 --cols 55,821 --styles fine \\
          --sheet out/colours.png --cell 256
      """)

  @OptionGroup var network: NetworkOptions
  @Option(
    name: [.customLong("rows"), .customLong("row-seeds")],
    help: ArgumentHelp("Latents of the rows: seeds, kept names or files.", valueName: "list"))
  var rows: String
  @Option(
    name: [.customLong("cols"), .customLong("col-seeds")],
    help: ArgumentHelp("Latents of the columns.", valueName: "list"))
  var columns: String
  @Option(
    name: [.customLong("styles"), .customLong("col-styles")],
    help: ArgumentHelp(
      "Layers that come from the column: 0-6, or coarse, middle, fine.", valueName: "layers"))
  var styles = "0-6"
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much of the column's styles is taken, 0 to 1.", valueName: "share"))
  var weight: Float = 1
  @Option(help: ArgumentHelp("Write a labelled table to this file.", valueName: "file.png"))
  var sheet: String?
  @Option(help: ArgumentHelp("The side of the table's cells in pixels.", valueName: "px"))
  var cell = 256
  @Flag(help: "Write the table only, not the single pictures.") var sheetOnly = false
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var cache: CacheOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    try Usage.check {
      _ = try LayerSet(parsing: styles)
      try SourceReader.checkSeeds(rows)
      try SourceReader.checkSeeds(columns)
    }
    try Usage.checkFinite(weight, "--weight")
    guard (16...4096).contains(cell) else {
      throw ValidationError("--cell \(cell) is not between 16 and 4096.")
    }
    if sheetOnly && sheet == nil { throw ValidationError("--sheet-only needs --sheet.") }
  }

  func run() throws {
    common.apply()
    let network = try network.load()
    if !network.generator.isTrainedWithMixing {
      Output.note(
        "warning: \(network.generator.family) was not trained with style mixing; mixtures may "
          + "look worse than their parents.")
    }
    let existing = try pictures.existingProject()
    var reader = SourceReader(
      project: existing, generator: network.generator, label: try recipe.classLabel())
    let (rows, columns) = (try reader.sources(rows), try reader.sources(columns))
    let layers = try LayerSet(parsing: styles)
    _ = try layers.indices(count: network.generator.size.rows)
    // The official script truncates all layers, whatever the cutoff.
    var truncation = try recipe.truncation(
      for: network.generator, sources: &reader, project: existing)
    if recipe.truncCutoff == nil { truncation.cutoff = nil }
    let base = try recipe.synthesis.applied(
      to: Recipe(network: network.digest, base: LatentSource(.mean), truncation: truncation),
      for: network.generator)
    func own(_ source: LatentSource) -> Recipe {
      var recipe = base
      recipe.base = source
      return recipe
    }
    func mixed(_ row: LatentSource, _ column: LatentSource) -> Recipe {
      var recipe = own(row)
      recipe.append(MixOperation(with: column.plain, layers: layers, weight: weight))
      return recipe
    }
    let table = Sheet(
      rows: [""] + rows.map(\.name), columns: [""] + columns.map(\.name),
      cells: [[nil] + columns.map { own($0.source) }]
        + rows.map { row in [own(row.source)] + columns.map { mixed(row.source, $0.source) } },
      cell: cell)
    // Everything that can be wrong is found before a file appears.
    try network.check(table.recipes, content: reader.content)
    let side = network.generator.size.resolution
    if !sheetOnly {
      try GridSize.check(width: (columns.count + 1) * side, height: (rows.count + 1) * side)
    }
    if pictures.project != nil { try table.checkSize() }
    let sheetFile = try sheet.map { try table.checkedFile($0) }
    let project = try pictures.openProject(network)
    let workshop = PictureWorkshop(
      network: network, content: reader.content, project: project,
      hasMetadata: !pictures.noMetadata, cache: cache.make())
    let needed = reader.attachments.filter { table.tensors.contains($0.key) }
    try project?.keep(table, named: sheetName, attachments: needed, replace: true)
    var written: [PictureWorkshop.Written] = []
    var rendered: [Recipe: Image] = [:]
    if !sheetOnly {
      let folder = try pictures.folder()
      var jobs = (rows + columns).map { (name: "\($0.name)-\($0.name)", recipe: own($0.source)) }
      for row in rows {
        jobs += columns.map { ("\(row.name)-\($0.name)", mixed(row.source, $0.source)) }
      }
      let files = Dictionary(grouping: jobs.indices) { jobs[$0].recipe }
      var results: [Int: PictureWorkshop.Written] = [:]
      var progress = Progress("pictures", total: table.recipes.count)
      try workshop.render(table.recipes) { recipe, image in
        rendered[recipe] = image
        for index in files[recipe] ?? [] {
          let name = jobs[index].name
          results[index] = try workshop.write(
            image, of: recipe, named: name, to: folder.appendingPathComponent("\(name).png"))
        }
        try progress.advance()
      }
      written += jobs.indices.compactMap { results[$0] }
      let url = folder.appendingPathComponent("grid.png")
      try Self.grid(table, rendered).write(to: url)
      Output.note("wrote \(url.path)")
    }
    if let url = sheetFile {
      written.append(
        try workshop.write(table, named: sheetName, to: url, pictures: rendered))
    }
    try Output.written(written, json: common.json)
  }

  private var sheetName: String {
    sheet.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
      ?? "style-mixing"
  }

  /// The official grid: full size, no gaps, black corner.
  private static func grid(_ table: Sheet, _ pictures: [Recipe: Image]) throws -> Image {
    guard let first = pictures.values.first else {
      throw CommandError.failed("there are no pictures to put into a grid.")
    }
    let side = (first.width, first.height), columns = table.cells[0].count
    let count = side.0 * columns * side.1 * table.cells.count * first.channels
    var grid = Image(
      width: side.0 * columns, height: side.1 * table.cells.count, channels: first.channels,
      pixels: [UInt8](repeating: 0, count: count))
    for (y, row) in table.cells.enumerated() {
      for (x, recipe) in row.enumerated() {
        guard let image = recipe.flatMap({ pictures[$0] }) else { continue }
        grid.paste(image, x: x * side.0, y: y * side.1)
      }
    }
    return grid
  }
}
