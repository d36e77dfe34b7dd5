import ArgumentParser
import Editing
import Foundation
import Networks
import Projects
import Tensors

/// `atelier edit`: one edit of an artwork, kept at once.
struct EditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Edit an artwork; every edit is one step of its history.",
    discussion: """
      Edits:
      \(EditVerb.all.map { "  \($0.name.padded(to: 10))\($0.help)" }.joined(separator: "\n"))

      Examples:
        atelier edit Projects/portraits.atelier anna move --direction smile --by 2 --layers 4-7
        atelier edit Projects/portraits.atelier anna mix --with 821 --layers fine --weight 0.7
        atelier edit Projects/portraits.atelier anna mix --part 821=0-3:0.5 --part 55=8-:1
        atelier edit Projects/portraits.atelier anna region --ellipse 0.5,0.48,0.22,0.07 --source 821 \
          --layers 4-11 --feather 0.1 --name eyes
        atelier edit Projects/portraits.atelier anna truncate --trunc 0-3:0.5,4-17:0.9
        atelier edit Projects/portraits.atelier anna disable --edit 1
      """)

  @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
  @Argument(help: ArgumentHelp("The artwork.", valueName: "artwork")) var artwork: String
  @Argument(help: ArgumentHelp("What to do; see above.", valueName: "edit")) var verb: String

  @Option(help: ArgumentHelp("move: a direction's name or file.", valueName: "name-or-file"))
  var direction: String?
  @Option(help: ArgumentHelp("move: the tensor in a file that holds several.", valueName: "name"))
  var key: String?
  @Option(parsing: .unconditional, help: ArgumentHelp("move: how far.", valueName: "distance"))
  var by: Float?
  @Option(
    name: [.customLong("layers"), .customLong("layer_idx"), .customShort("L")],
    help: ArgumentHelp("move, mix, region: the layers, such as 4-7 or coarse.", valueName: "layers")
  )
  var layers: String?
  @Option(
    name: [
      .customLong("with"), .customLong("seed"), .customLong("latent"), .customLong("source"),
    ],
    help: ArgumentHelp("mix, base, region: a seed, a kept name or a file.", valueName: "latent"))
  var with: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("mix, region: how much is taken, 0 to 1.", valueName: "share"))
  var weight: Float = 1
  @Option(
    help: ArgumentHelp(
      "mix: a latent with its share of every layer; repeat it to mix many.",
      valueName: "latent=share"))
  var part: [String] = []
  @Option(help: ArgumentHelp("enable, disable, remove: the edit's number.", valueName: "n"))
  var edit: Int?
  @OptionGroup var region: RegionOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var network: NetworkOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard let edit = EditVerb.all.first(where: { $0.name == verb }) else {
      let known = EditVerb.all.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no edit '\(verb)'. Known: \(known).")
    }
    if let lacking = edit.lacks(self) { throw ValidationError("\(verb) needs \(lacking).") }
    try Usage.check {
      _ = try layers.map { try LayerSet(parsing: $0) }
      try with.map { try SourceReader.checkLatent($0) }
      for part in part { try SourceReader.checkLatent(Self.split(part).latent) }
    }
    try Usage.checkFinite(by, "--by")
    try Usage.checkFinite(weight, "--weight")
  }

  /// A latent and its share of every layer, as `--part` gives them.
  static func split(_ part: String) throws -> (latent: String, share: LayerProfile) {
    guard let equals = part.lastIndex(of: "=") else {
      throw ValidationError("--part \(part) is not latent=share, such as 821=0-3:0.5.")
    }
    return (String(part[..<equals]), try LayerProfile(parsing: String(part[equals...].dropFirst())))
  }

  func run() throws {
    common.apply()
    guard let verb = EditVerb.all.first(where: { $0.name == verb }) else { return }
    let project = try Project(at: URL(fileURLWithPath: path))
    let session = try EditSession(project: project, artwork: artwork, network: network.network)
    let change = try verb.prepare(self, session)
    // What the edit comes to is worked out before anything is stored.
    var candidate = try project.recipe(of: artwork)
    try change.apply(&candidate)
    let maps = Dictionary(change.maps.map { ($0.digest, $0) }) { first, _ in first }
    let content = MemoryContent(change.attachments, maps: maps, fallback: project)
    if let loaded = session.network { _ = try loaded.renderer(content).plan(candidate) }
    if LoadedScene.isScene(try project.network(candidate.network)) {
      let scene = try SceneSession(project, artwork, given: network.network).network
      _ = try scene.renderer(content).plan(candidate)
    }
    let step = try project.apply(
      to: artwork, label: change.label, attachments: change.attachments,
      maps: change.maps, change.apply)
    if common.json {
      return try Output.json(
        ArtworkSummary(project.artwork(named: artwork), project.recipe(of: artwork)))
    }
    print("\(artwork) step \(step.id): \(step.label)")
  }
}

/// What an edit needs to know while it is prepared.
struct EditSession {
  let project: Project
  let artwork: String
  let recipe: Recipe
  /// The artwork's network; `nil` where it cannot be found, and layers are not checked then.
  let network: LoadedNetwork?

  init(project: Project, artwork: String, network name: String?) throws {
    self.project = project
    self.artwork = artwork
    recipe = try project.recipe(of: artwork)
    let isScene = LoadedScene.isScene(try project.network(recipe.network))
    network = isScene ? nil : try ProjectNetworks.load(recipe.network, project, given: name)
  }

  /// The network's generator.
  func generator() throws -> any Generator {
    guard let network else {
      throw CommandError.invalidInput("this edit needs the network; name it with --network.")
    }
    return network.generator
  }
}
