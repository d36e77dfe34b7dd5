import Checkpoints
import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

/// A network that paints label maps, ready for work.
struct LoadedScene: IdentifiedNetwork {
  let generator: any SceneGenerator
  let digest: Digest
  let name: String
  let url: URL
  let canonical: CanonicalNetwork

  /// Loads a checkpoint file, a folder of the official scripts, or weights by name.
  init(named name: String) throws { try self.init(at: LoadedNetwork.locate(name), name: name) }

  /// Loads a checkpoint file; of an official one also what lies beside it.
  init(at url: URL, name: String? = nil) throws {
    let checkpoint = try Checkpoint(contentsOf: url)
    let canonical = try Scenes.canonical(checkpoint, options: SceneOptions())
    // Another kind of network is refused before its file is read through.
    let generator = try Scenes.load(canonical)
    try self.init(
      canonical, generator, digest: Scenes.digest(of: checkpoint, canonical), at: url, name: name)
  }

  private init(
    _ canonical: CanonicalNetwork, _ generator: any SceneGenerator, digest: Digest, at url: URL,
    name: String?
  ) throws {
    self.canonical = canonical
    self.generator = generator
    self.digest = digest
    self.url = url
    let stem = url.deletingPathExtension().lastPathComponent
    self.name = name.map { $0.contains("/") ? stem : $0 } ?? stem
  }

  /// Loads a checkpoint file, a folder or weights by name that must be the network with `digest`,
  /// known as `title`.
  init(named name: String, mustBe digest: Digest, called title: String?) throws {
    try self.init(named: name)
    try check(is: digest, called: title)
  }

  /// The network with a digest: the one that the user gave, or as the project knows it.
  static func load(_ digest: Digest, _ project: Project, given: String?) throws -> LoadedScene {
    let record = try project.network(digest)
    if let given { return try LoadedScene(named: given, mustBe: digest, called: record?.name) }
    return try find(digest, name: record?.name ?? "", hints: [record?.path].compactMap(\.self))
  }

  /// The network with a digest: from the places given, then from the weights folder.
  static func find(_ digest: Digest, name: String, hints: [String]) throws -> LoadedScene {
    let files = (try? WeightsFolder.locate().files()) ?? []
    for url in hints.map({ URL(fileURLWithPath: $0) }) + files {
      guard FileManager.default.fileExists(atPath: url.path),
        let checkpoint = try? Checkpoint(contentsOf: url),
        let canonical = try? Scenes.canonical(checkpoint, options: SceneOptions()),
        Scenes.families.contains(where: { $0.name == canonical.family }),
        try Scenes.digest(of: checkpoint, canonical) == digest
      else { continue }
      return try LoadedScene(
        canonical, Scenes.load(canonical), digest: digest, at: url, name: name)
    }
    throw CommandError.invalidInput(
      "the network '\(name)' (\(digest)) is not here. Name its file with --network.")
  }

  /// Whether a project's record is of a network that paints label maps.
  static func isScene(_ record: NetworkRecord?) -> Bool {
    Scenes.families.contains { $0.name == record?.family }
  }

  /// The encoder of photographs; throws where the network has none.
  func encoder() throws -> any SceneEncoder {
    guard let encoder = try Scenes.loadEncoder(canonical) else {
      throw CommandError.invalidInput(
        "the network '\(name)' has no encoder, so it finds no styles in photographs; its "
          + "latest_net_E.pth must lie beside latest_net_G.pth when it is loaded or converted.")
    }
    return encoder
  }

  /// A renderer that finds content in `content`.
  func renderer(_ content: any ContentSource) -> SceneRenderer {
    SceneRenderer(generator: generator, network: digest, content: content)
  }
}

/// A network that draws recipes, from latents or from maps.
enum RecipeNetwork {
  case latent(LoadedNetwork)
  case scene(LoadedScene)

  /// The network that a recipe names: `given` by the user, or as the project knows it.
  static func load(for recipe: Recipe, _ project: Project, given: String?) throws -> RecipeNetwork {
    if LoadedScene.isScene(try project.network(recipe.network)) {
      return .scene(try LoadedScene.load(recipe.network, project, given: given))
    }
    return .latent(try ProjectNetworks.load(recipe.network, project, given: given))
  }

  /// The network that a PNG names.
  static func load(for document: PictureDocument, given: String?) throws -> RecipeNetwork {
    let network = document.network
    if Scenes.families.contains(where: { $0.name == network.family }) {
      return .scene(
        try given.map {
          try LoadedScene(named: $0, mustBe: network.digest, called: network.name)
        } ?? LoadedScene.find(network.digest, name: network.name, hints: []))
    }
    return .latent(
      try given.map {
        try LoadedNetwork(named: $0, mustBe: network.digest, called: network.name)
      } ?? LoadedNetwork.find(network.digest, name: network.name, hints: []))
  }

  /// Works recipes out without rendering, so that what cannot be drawn is found before anything is
  /// written.
  func check(_ recipes: some Sequence<Recipe>, content: any ContentSource) throws {
    switch self {
    case .latent(let network): try network.check(recipes, content: content)
    case .scene(let network):
      for recipe in recipes { _ = try network.renderer(content).plan(recipe) }
    }
  }

  /// What a project remembers.
  var record: NetworkRecord {
    switch self {
    case .latent(let network): network.record
    case .scene(let network): network.record
    }
  }

  /// The digest of its file.
  var digest: Digest {
    switch self {
    case .latent(let network): network.digest
    case .scene(let network): network.digest
    }
  }

  /// Draws a recipe.
  func render(_ recipe: Recipe, _ content: any ContentSource) throws -> Image {
    switch self {
    case .latent(let network): try network.renderer(content).render(recipe)
    case .scene(let network): try network.renderer(content).render(recipe)
    }
  }

  /// What a PNG remembers.
  var reference: PictureDocument.Network {
    switch self {
    case .latent(let network): network.reference
    case .scene(let network): network.reference
    }
  }
}
