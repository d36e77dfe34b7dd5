import ArgumentParser
import Editing
import Foundation
import Projects
import Tensors

/// `atelier render`: the picture of an artwork or a table, from its project.
struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Render an artwork or a table of a project.",
    discussion: """
      --before-after shows the artwork's first step beside where it stands now.

      Examples:
        atelier render Projects/portraits.atelier anna --output anna.png
        atelier render Projects/portraits.atelier anna --before-after --output edit.png
        atelier render Projects/portraits.atelier anna --preview 128 --output small.png
        atelier render Projects/portraits.atelier anna --step 3 --output step3.png
      """)

  @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
  @Argument(help: ArgumentHelp("The artwork or table.", valueName: "name")) var name: String
  @Option(
    name: [.customLong("output"), .customShort("o")],
    help: ArgumentHelp("The picture; NAME.png by default.", valueName: "file.png"))
  var output: String?
  @Option(help: ArgumentHelp("A step of the history instead of the current one.", valueName: "n"))
  var step: Int64?
  @Flag(help: "Show the picture before and after its edits.") var beforeAfter = false
  @Option(help: ArgumentHelp("The side of the cells of --before-after.", valueName: "px"))
  var cell = 512
  @Flag(help: "Leave the recipe out of the PNG.") var noMetadata = false
  @OptionGroup var preview: PreviewOptions
  @OptionGroup var network: NetworkOptions
  @OptionGroup var cache: CacheOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (16...4096).contains(cell) else {
      throw ValidationError("--cell \(cell) is not between 16 and 4096.")
    }
    if preview.side != nil, beforeAfter {
      throw ValidationError("Give either --preview or --before-after.")
    }
  }

  func run() throws {
    common.apply()
    let project = try Project(at: URL(fileURLWithPath: path))
    let url = try OutputPlace.file(output ?? "\(name).png")
    let isSheet =
      try step == nil && project.sheets().contains(name)
      && !project.artworks().contains { $0.name == name }
    if isSheet {
      guard preview.side == nil else {
        throw CommandError.invalidInput("'\(name)' is a table, and --preview is for pictures.")
      }
      let sheet = try project.sheet(named: name)
      guard let first = sheet.recipes.first else {
        throw CommandError.invalidInput("the table '\(name)' has no pictures.")
      }
      let workshop = try workshop(project, first)
      return try report(workshop.write(sheet, named: name, to: url))
    }
    let recipe = try step.map { try project.recipe(of: name, step: $0) } ?? project.recipe(of: name)
    let workshop = try workshop(project, recipe)
    if let side = preview.side {
      switch workshop.network {
      case .latent(let network):
        try preview.check(network)
        return try report(
          workshop.writePreview(recipe, of: network, named: name, side: side, to: url).written)
      case .scene(let network):
        return try show(recipe, network, project, width: side, to: url)
      }
    }
    guard beforeAfter else { return try report(workshop.write(recipe, named: name, to: url)) }
    let first = try project.recipe(of: name, step: 1)
    let sheet = Sheet(columns: ["before", "after"], cells: [[first, recipe]], cell: cell)
    // An artwork may bear the same name, so tables of before and after are marked.
    try project.keep(sheet, named: "\(name) before and after", replace: true)
    try report(
      workshop.write(sheet, named: "\(name) before and after", recipe: recipe, to: url))
  }

  private func workshop(_ project: Project, _ recipe: Recipe) throws -> PictureWorkshop {
    PictureWorkshop(
      network: try RecipeNetwork.load(for: recipe, project, given: network.network),
      content: project, project: project, hasMetadata: !noMetadata, cache: cache.make())
  }

  /// A small picture of a recipe with maps, which is neither recorded nor reopened.
  private func show(
    _ recipe: Recipe, _ scene: LoadedScene, _ project: Project, width: Int, to url: URL
  ) throws {
    guard (16...4096).contains(width) else {
      throw CommandError.invalidInput("--preview \(width) is not between 16 and 4096.")
    }
    let image = try scene.renderer(project).render(recipe, preview: width)
    try image.write(to: url)
    try report(.init(file: url.path, pixels: image.pixelDigest, recipe: nil))
  }

  private func report(_ written: PictureWorkshop.Written) throws {
    try Output.written([written], json: common.json)
  }
}

/// Finds the networks that a project's recipes name.
enum ProjectNetworks {
  /// The network with a digest, which is looked for unless `given` names it.
  static func load(
    _ digest: Digest, _ project: Project, given: String? = nil
  ) throws -> LoadedNetwork {
    let record = try project.network(digest)
    if let given { return try LoadedNetwork(named: given, mustBe: digest, called: record?.name) }
    return try LoadedNetwork.find(digest, name: record?.name ?? "", hints: [record?.path ?? ""])
  }
}
