import ArgumentParser
import Editing
import Foundation
import Projects

/// `atelier new`: a project, and a first artwork in it.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a project, or add an artwork to one.",
    discussion: """
      A project is one file. Every edit of its artworks is kept at once and can be undone.

      Examples:
        atelier new Projects/portraits.atelier
        atelier new Projects/portraits.atelier --network faces-1024 --seed 42 --name anna
        atelier new Projects/portraits.atelier --network faces-1024 --latent anna.npz --name anna2
      """)

  @Argument(help: ArgumentHelp("The project file; made if missing.", valueName: "project"))
  var path: String
  @OptionGroup var network: NetworkOptions
  @Option(
    name: [.customLong("seed"), .customLong("latent"), .customLong("projected-w")],
    help: ArgumentHelp("The latent: a seed, a kept name, a file, or mean.", valueName: "latent"))
  var latent: String?
  @Option(help: ArgumentHelp("The artwork's name.", valueName: "name")) var name: String?
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if (latent != nil || name != nil) && network.network == nil {
      throw ValidationError("An artwork needs a --network.")
    }
    if name != nil && latent == nil {
      throw ValidationError("An artwork needs a --seed or --latent.")
    }
    try Usage.check { try latent.map { try SourceReader.checkLatent($0) } }
  }

  func run() throws {
    common.apply()
    let url = URL(fileURLWithPath: path)
    guard network.network != nil else {
      _ = try Project.create(at: url)
      return print("made \(url.path)")
    }
    let network = try network.load()
    let isNew = !FileManager.default.fileExists(atPath: url.path)
    // Everything that can be wrong is found before a file appears.
    let existing = isNew ? nil : try Project(at: url)
    var reader = SourceReader(
      project: existing, generator: network.generator, label: try recipe.classLabel())
    let source = try latent.map { try reader.source($0) }
    let truncation = try recipe.truncation(
      for: network.generator, sources: &reader, project: existing)
    let start = try source.map {
      try recipe.synthesis.applied(
        to: Recipe(network: network.digest, base: $0, truncation: truncation),
        for: network.generator)
    }
    if let start { _ = try network.renderer(reader.content).plan(start) }
    let title = name ?? source.map { Self.defaultName($0) } ?? ""
    if start != nil { try NameKind.artwork.check(title) }
    let project = try existing ?? Project.create(at: url)
    try project.add(network.record)
    guard let start else { return print("\(isNew ? "made" : "opened") \(url.path)") }
    let artwork = try project.add(
      start, named: title, label: "\(start.base)",
      attachments: reader.attachments.filter { start.tensors.contains($0.key) })
    if common.json { return try Output.json(ArtworkSummary(artwork, start)) }
    print("\(title): \(start.base), step \(artwork.head)")
  }

  private static func defaultName(_ source: LatentSource) -> String {
    if case .seed(let seed) = source.origin { return "seed-\(seed)" }
    return "untitled"
  }
}

/// What commands print about an artwork.
struct ArtworkSummary: Encodable {
  let name: String
  let step: Int64
  let branch: String
  let tags: [String]
  let note: String
  let recipe: Recipe

  init(_ artwork: ArtworkRecord, _ recipe: Recipe) {
    name = artwork.name
    step = artwork.head
    branch = artwork.currentBranch
    tags = artwork.tags
    note = artwork.note
    self.recipe = recipe
  }
}
