import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

/// An artwork with maps, its network, and what its recipe comes to.
struct SceneSession {
  let project: Project
  let artwork: String
  let recipe: Recipe
  let network: LoadedScene

  /// Opens an artwork; `given` names its network's file where the project's own hint is out of date.
  init(_ project: Project, _ artwork: String, given: String? = nil) throws {
    self.project = project
    self.artwork = artwork
    recipe = try project.recipe(of: artwork)
    guard recipe.scene != nil else {
      throw CommandError.invalidInput(
        "artwork '\(artwork)' has no maps to style; make one with 'atelier instances new'.")
    }
    network = try LoadedScene.load(recipe.network, project, given: given)
  }

  /// What the network takes.
  var size: SceneSize { network.generator.size }

  /// A renderer over the project and content that is still to be stored.
  func renderer(_ attachments: [Digest: Tensor] = [:]) -> SceneRenderer {
    network.renderer(MemoryContent(attachments, fallback: project))
  }

  /// What the recipe comes to.
  func plan() throws -> ScenePlan { try renderer().plan(recipe) }

  /// The palette that names the classes, if the maps came with one.
  var palette: Palette? { try? project.palette(named: recipe.scene?.palette) }

  /// The maps as they were imported: those that photographs of the scene belong to.
  func originalMaps() throws -> SceneMaps {
    var first = recipe
    first.edits = []
    return try renderer().plan(first).maps
  }

  /// Checks what a change comes to, then keeps it as one step.
  func apply(
    _ label: String, attachments: [Digest: Tensor] = [:], json: Bool,
    _ change: (inout Recipe) throws -> Void
  ) throws {
    var candidate = recipe
    try change(&candidate)
    _ = try renderer(attachments).plan(candidate)
    let step = try project.apply(to: artwork, label: label, attachments: attachments, change)
    if json {
      return try Output.json(
        ArtworkSummary(project.artwork(named: artwork), project.recipe(of: artwork)))
    }
    print("\(artwork) step \(step.id): \(step.label)")
  }

  /// Appends an edit, called as its summary says.
  func append(
    _ operation: any EditOperation, attachments: [Digest: Tensor] = [:], json: Bool
  ) throws {
    let names = try project.contentNames()
    let label = operation.summary { names[$0] ?? $0.short }
    try apply(label, attachments: attachments, json: json) { $0.append(operation) }
  }

  /// Throws unless the network takes styles of instances.
  func requireFeatures() throws {
    guard size.features > 0 else {
      throw CommandError.invalidInput(
        size.codeWidth > 0
          ? "this \(network.generator.family) network has one code for the whole picture, not a "
            + "style for every instance; leave the instance out."
          : "this \(network.generator.family) network takes no styles.")
    }
  }
}

/// Turns what users write for a style into a source.
struct StyleReader {
  let project: Project

  /// `red matte` (a kept style), `city:2` (centre 2 of the instance's class in kept clusters),
  /// `instance:26004`, `seed:5`, or `seed:5:city` (a draw from clusters).
  func source(_ text: String) throws -> StyleSource {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, parts[0] == "instance", let id = Int32(parts[1]) { return .instance(id) }
    if parts[0] == "seed", parts.count <= 3, parts.count > 1, let seed = UInt32(parts[1]) {
      return .draw(seed: seed, clusters: try parts.count == 3 ? clusters(parts[2]) : nil)
    }
    if try project.styles().contains(where: { $0.name == text }) {
      return .stored(try project.style(named: text).tensor)
    }
    if let colon = text.lastIndex(of: ":"), let index = Int(text[text.index(after: colon)...]),
      index >= 0
    {
      return .cluster(try clusters(String(text[..<colon])), index: index, label: nil)
    }
    // Not there: the error names what looks alike.
    return .stored(try project.style(named: text).tensor)
  }

  /// The digest of kept clusters.
  func clusters(_ name: String) throws -> Digest {
    try project.styleTable(.clusters, named: name).tensor
  }
}
