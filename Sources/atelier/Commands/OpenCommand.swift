import ArgumentParser
import Editing
import Foundation
import Imaging
import Projects
import Tensors

/// `atelier open`: a picture back into an edit.
struct OpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Reopen a PNG as an edit: rebuild its project and render it again.",
    discussion: """
      The PNG alone is enough: it carries the recipe and all latents and directions that it names. \
      The network is found by its digest among the fetched weights, or given with --network.

      Examples:
        atelier open out/demo/edit.png
        atelier open edit.png --project Projects/portraits.atelier --name anna
        atelier open edit.png --info
      """)

  @Argument(help: ArgumentHelp("The picture.", valueName: "file.png")) var picture: String
  @Option(
    help: ArgumentHelp(
      "The project to add the edit to; NAME.atelier here by default.", valueName: "project"))
  var project: String?
  @Option(help: ArgumentHelp("The artwork's name; the picture's own by default.")) var name: String?
  @Option(
    name: [.customLong("output"), .customShort("o")],
    help: ArgumentHelp("Where to render; NAME.png here by default.", valueName: "file.png"))
  var output: String?
  @Flag(help: "Only tell what the picture carries.") var info = false
  @OptionGroup var network: NetworkOptions
  @OptionGroup var common: CommonOptions

  /// What `--info` and `--json` tell.
  struct Info: Encodable {
    let name: String
    let network: PictureDocument.Network
    let recipe: Recipe?
    let sheet: Sheet?
    let tensors: Int
    let pixelsAreOriginal: Bool
  }

  func run() throws {
    common.apply()
    let url = URL(fileURLWithPath: picture)
    let texts = try PNGText.read(from: url)
    guard let document = try PictureDocument(texts: texts) else {
      throw CommandError.invalidInput(
        "\(picture) carries no recipe: it was not made by Atelier, or its metadata was removed.")
    }
    let original = try Image(contentsOf: url)
    let recorded = try PictureDocument.pixelDigest(texts: texts)
    if info { return try tell(document, isOriginal: recorded == original.pixelDigest) }
    let loaded = try RecipeNetwork.load(for: document, given: network.network)
    let title = name ?? Self.title(of: url)
    // Everything that can be wrong is found before a file appears.
    try NameKind.artwork.check(title)
    try loaded.check(
      [document.recipe].compactMap(\.self) + (document.sheet?.recipes ?? []),
      content: MemoryContent(document.tensors, maps: document.maps))
    let target = try OutputPlace.file(output ?? "\(title).png")
    guard target.standardizedFileURL.path != url.standardizedFileURL.path else {
      throw CommandError.invalidInput(
        "rendering would overwrite \(target.path); name another file with --output.")
    }
    let projectURL = URL(fileURLWithPath: project ?? "\(title).atelier")
    let project = try Project.create(at: projectURL, openExisting: self.project != nil)
    try project.add(loaded.record)
    try Self.rebuild(document, named: title, in: project)
    let workshop = PictureWorkshop(
      network: loaded, content: project, project: project, hasMetadata: true)
    let written =
      if let sheet = document.sheet {
        try workshop.write(sheet, named: document.name, recipe: document.recipe, to: target)
      } else if let recipe = document.recipe {
        try workshop.write(recipe, named: document.name, to: target)
      } else {
        throw CommandError.invalidInput("\(picture) names neither a recipe nor a table.")
      }
    let isEqual = written.pixels == original.pixelDigest
    if common.json {
      try Output.json([written])
    } else {
      print("project   \(projectURL.path)")
      print("picture   \(written.file)")
      let isPreview = try PictureDocument.isPreview(texts: texts)
      print(
        isPreview
          ? "pixels    in full; the original is a preview"
          : "pixels    \(isEqual ? "equal to the original's" : "DIFFERENT from the original's")")
    }
  }

  /// An artwork whose history leads from the base through every edit, and the table if it is one.
  private static func rebuild(
    _ document: PictureDocument, named title: String, in project: Project
  ) throws {
    if let recipe = document.recipe {
      var start = recipe
      start.edits = []
      try project.add(
        start, named: title, label: "reopened: \(start.base)", attachments: document.tensors,
        maps: Array(document.maps.values))
      for edit in recipe.edits {
        let label = edit.operation.summary { document.names[$0] ?? $0.short }
        try project.apply(to: title, label: label) { $0.edits.append(edit) }
      }
    }
    try keepNames(document, in: project)
    if let sheet = document.sheet {
      try project.keep(
        sheet, named: document.name, attachments: document.tensors,
        maps: Array(document.maps.values), replace: true)
    }
  }

  /// Directions that had names keep them, where the names are free.
  private static func keepNames(_ document: PictureDocument, in project: Project) throws {
    let taken = Set(try project.directions().map(\.name))
    let moved = (document.recipe?.edits ?? []).compactMap { $0.operation as? MoveOperation }
    for direction in Set(moved.map(\.direction)) {
      guard let name = document.names[direction], !taken.contains(name),
        let tensor = document.tensors[direction]
      else { continue }
      _ = try project.keepDirection(
        tensor, named: name, method: "reopened", parameters: document.name)
    }
  }

  private static func title(of url: URL) -> String { url.deletingPathExtension().lastPathComponent }

  private func tell(_ document: PictureDocument, isOriginal: Bool) throws {
    if common.json {
      return try Output.json(
        Info(
          name: document.name, network: document.network, recipe: document.recipe,
          sheet: document.sheet, tensors: document.tensors.count, pixelsAreOriginal: isOriginal))
    }
    print("name      \(document.name)")
    print("network   \(document.network.name) (\(document.network.family))")
    print("          \(document.network.digest)")
    if let recipe = document.recipe {
      print("base      \(recipe.base)")
      print("ψ         \(recipe.truncation.psi)")
      for edit in recipe.edits {
        let summary = edit.operation.summary { document.names[$0] ?? $0.short }
        print("edit      \(edit.isEnabled ? "" : "(off) ")\(summary)")
      }
    }
    if let sheet = document.sheet {
      print("table     \(sheet.cells.count) × \(sheet.cells.first?.count ?? 0) pictures")
    }
    print("pixels    \(isOriginal ? "as they were rendered" : "changed since they were rendered")")
  }
}
