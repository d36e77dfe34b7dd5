import ArgumentParser
import Editing
import Foundation
import Imaging
import Projects
import Tensors

/// `atelier generate`: pictures from seeds or stored latents.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate pictures from seeds or stored latents.",
    discussion: """
      Seed 85 is everybody's seed 85: pictures are those of the official scripts.

      Examples:
        atelier generate --network faces-1024 --seeds 0-15 --trunc 0.7 --outdir out --grid 4x4
        atelier generate --network ffhq.pkl --seeds 85 --trunc 0-3:0.5,4-17:0.9
        atelier generate --network faces-1024 --projected-w projected_w.npz
        atelier generate --network faces-1024 --seeds 0-99 --preview 64 --grid 10x10
      """,
    aliases: ["gen-images"])

  @OptionGroup var network: NetworkOptions
  @Option(help: ArgumentHelp("Seeds: 85,265,297-300.", valueName: "list")) var seeds: String?
  @Option(
    name: [
      .customLong("projected-w"), .customLong("projected_w"), .customLong("latent"),
      .customLong("ws"),
    ],
    help: ArgumentHelp(
      "Latents instead of seeds: names kept in --project, or npz, npy, pt files.",
      valueName: "list"))
  var projectedW: String?
  @Option(help: ArgumentHelp("Also write all pictures as one grid.png.", valueName: "CxR"))
  var grid: String?
  @OptionGroup var preview: PreviewOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (seeds == nil) != (projectedW == nil) else {
      throw ValidationError("Give either --seeds or --projected-w.")
    }
    if let grid { _ = try GridSize(grid) }
    if let seeds { try Usage.check { _ = try SeedList.parse(seeds) } }
    if let projectedW { try Usage.check { try SourceReader.checkSeeds(projectedW) } }
  }

  func run() throws {
    common.apply()
    let network = try network.load()
    let existing = try pictures.existingProject()
    var reader = SourceReader(
      project: existing, generator: network.generator, label: try recipe.classLabel())
    let sources = try reader.sources(seeds ?? projectedW ?? "")
    let base = try recipe.synthesis.applied(
      to: Recipe(
        network: network.digest, base: LatentSource(.mean),
        truncation: try recipe.truncation(
          for: network.generator, sources: &reader, project: existing)), for: network.generator)
    let recipes = sources.map { source, _ in
      var recipe = base
      recipe.base = source
      return recipe
    }
    // Everything that can be wrong is found before a file appears; seeds are all alike.
    try network.check(
      recipes.prefix(1) + recipes.filter { !$0.base.tensors.isEmpty }, content: reader.content)
    try grid.map {
      try GridSize($0).check(
        pictures: sources.count, side: preview.side ?? network.generator.size.resolution)
    }
    try preview.check(network)
    let project = try pictures.openProject(network)
    let folder = try pictures.folder()
    let workshop = PictureWorkshop(
      network: network, content: reader.content, project: project,
      hasMetadata: !pictures.noMetadata)
    var progress = Progress("pictures", total: sources.count)
    var written: [PictureWorkshop.Written] = []
    var images: [Image] = []
    for (index, recipe) in recipes.enumerated() {
      let name = Self.name(of: recipe.base, index: index)
      let image: Image
      if let side = preview.side {
        let url = folder.appendingPathComponent("\(name)-\(side)px.png")
        let small = try workshop.writePreview(
          recipe, of: network, named: name, side: side, to: url)
        written.append(small.written)
        image = small.image
      } else {
        image = try workshop.render(recipe)
        written.append(
          try workshop.write(
            image, of: recipe, named: name, to: folder.appendingPathComponent("\(name).png")))
      }
      try pictures.record(recipe, named: name, in: project, attachments: reader.attachments)
      if grid != nil { images.append(image) }
      try progress.advance()
    }
    if let grid {
      let url = folder.appendingPathComponent("grid.png")
      try GridSize(grid).tile(images).write(to: url)
      Output.note("wrote \(url.path)")
    }
    try Output.written(written, json: common.json)
  }

  /// `seed0085` and `proj00`, as the official scripts call them.
  private static func name(of source: LatentSource, index: Int) -> String {
    if case .seed(let seed) = source.origin { return String(format: "seed%04u", seed) }
    return String(format: "proj%02d", index)
  }
}

/// Columns and rows of a plain grid of pictures.
struct GridSize {
  let columns: Int
  let rows: Int

  init(_ text: String) throws {
    let parts = text.lowercased().split(separator: "x").compactMap { Int($0) }
    guard parts.count == 2, parts.allSatisfy({ (1...100).contains($0) }) else {
      throw ValidationError("--grid \(text) is not columns by rows, such as 4x4.")
    }
    (columns, rows) = (parts[0], parts[1])
  }

  /// Throws if some of the pictures, each `side` pixels wide, would not fit.
  func check(pictures: Int, side: Int) throws {
    guard pictures <= columns * rows else {
      throw CommandError.invalidInput(
        "\(pictures) pictures do not fit into a grid of \(columns) × \(rows). Make --grid larger.")
    }
    try Self.check(width: columns * side, height: rows * side)
  }

  /// Throws for a grid that no PNG, or not every machine's memory, holds.
  static func check(width: Int, height: Int) throws {
    guard max(width, height) <= Sheet.longestSide, width * height <= Sheet.mostPixels else {
      throw CommandError.invalidInput(
        "a picture of \(width) × \(height) pixels is too large: a side has at most "
          + "\(Sheet.longestSide), and the whole 2^30.")
    }
  }

  /// The pictures row by row without gaps, black where there are too few.
  func tile(_ images: [Image]) -> Image {
    guard let first = images.first else {
      return Image(width: 1, height: 1, channels: 3, pixels: [0, 0, 0])
    }
    let (width, height) = (first.width, first.height)
    var sheet = Image(
      width: width * columns, height: height * rows, channels: first.channels,
      pixels: [UInt8](repeating: 0, count: width * columns * height * rows * first.channels))
    for (index, image) in images.prefix(columns * rows).enumerated() {
      sheet.paste(image, x: index % columns * width, y: index / columns * height)
    }
    return sheet
  }
}

/// Turns errors about what was typed into usage errors (exit code 64).
enum Usage {
  @discardableResult
  static func check<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as EditingError { throw ValidationError("\(error)") }
  }

  /// Refuses numbers that no picture can be made with.
  static func checkFinite(_ value: Float?, _ option: String) throws {
    guard let value, !value.isFinite else { return }
    throw ValidationError("\(option) \(value) is not a finite number.")
  }
}

extension Output {
  /// Lists the files that a command wrote.
  static func written(_ pictures: [PictureWorkshop.Written], json: Bool) throws {
    if json { return try Self.json(pictures) }
    for picture in pictures { print(picture.file) }
  }
}

extension PictureOptions {
  /// The project to record in, if it is there already; nothing is made.
  func existingProject() throws -> Project? {
    guard let project else { return nil }
    let url = URL(fileURLWithPath: project)
    if FileManager.default.fileExists(atPath: url.path) { return try Project(at: url) }
    _ = try OutputPlace.file(project)
    return nil
  }

  /// The project to record in, made if missing, with the network noted.
  func openProject(_ network: LoadedNetwork) throws -> Project? {
    guard let project else { return nil }
    let opened = try Project.create(at: URL(fileURLWithPath: project), openExisting: true)
    try opened.add(network.record)
    return opened
  }

  /// Adds a picture as an artwork, unless an artwork of that name has that very recipe.
  func record(
    _ recipe: Recipe, named name: String, in project: Project?, attachments: [Digest: Tensor]
  ) throws {
    guard let project else { return }
    let needed = attachments.filter { recipe.tensors.contains($0.key) }
    if let existing = try project.artworks().first(where: { $0.name == name }) {
      if try existing.recipe == recipe.digest() { return }
      _ = try project.apply(to: name, label: "generated anew", attachments: needed) { $0 = recipe }
    } else {
      try project.add(recipe, named: name, label: "\(recipe.base)", attachments: needed)
    }
  }
}
