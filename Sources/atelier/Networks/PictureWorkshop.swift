import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

/// Renders recipes and sheets to PNG files with everything needed to reopen them, and records what
/// it renders in a project.
struct PictureWorkshop {
  let network: RecipeNetwork
  let content: any ContentSource
  let project: Project?
  let hasMetadata: Bool
  /// Where activations are kept from one picture to the next.
  let cache: ActivationCache?

  init(
    network: RecipeNetwork, content: any ContentSource, project: Project?, hasMetadata: Bool,
    cache: ActivationCache? = nil
  ) {
    self.network = network
    self.content = content
    self.project = project
    self.hasMetadata = hasMetadata
    self.cache = cache
  }

  init(
    network: LoadedNetwork, content: any ContentSource, project: Project?, hasMetadata: Bool,
    cache: ActivationCache? = nil
  ) {
    self.init(
      network: .latent(network), content: content, project: project, hasMetadata: hasMetadata,
      cache: cache)
  }

  /// What a recipe of latents comes to, to be stored in its PNG; nothing for maps, which the recipe
  /// names itself.
  private func plan(_ recipe: Recipe) throws -> RenderPlan? {
    guard case .latent(let network) = network else { return nil }
    return try network.renderer(content).plan(recipe)
  }

  /// A picture that was written.
  struct Written: Encodable {
    let file: String
    let pixels: Digest
    let recipe: Digest?
  }

  /// Renders one recipe and remembers its pixels in the project.
  func render(_ recipe: Recipe) throws -> Image {
    // One picture leaves no activations behind: nothing would go on from them.
    let image = try network.render(recipe, content)
    try remember(image, of: recipe)
    return image
  }

  /// Renders recipes, those that begin alike after each other, and hands each picture to `body`.
  func render(_ recipes: [Recipe], _ body: (Recipe, Image) throws -> Void) throws {
    guard case .latent(let network) = network else {
      for recipe in recipes { try body(recipe, render(recipe)) }
      return
    }
    let renderer = network.renderer(content, cache: cache)
    for item in try RenderOrder(recipes, renderer: renderer).items {
      let image = try renderer.render(item)
      try remember(image, of: item.recipe)
      try body(item.recipe, image)
    }
  }

  private func remember(_ image: Image, of recipe: Recipe) throws {
    try project?.storeRender(
      of: recipe.digest(), width: image.width, pixelDigest: image.pixelDigest, png: nil)
  }

  /// Renders a recipe to a file.
  @discardableResult
  func write(_ recipe: Recipe, named name: String, to url: URL) throws -> Written {
    let image = try render(recipe)
    return try write(image, of: recipe, named: name, to: url)
  }

  /// Writes the finished picture of a recipe.
  @discardableResult
  func write(_ image: Image, of recipe: Recipe, named name: String, to url: URL) throws -> Written {
    let document = try PictureDocument(
      name: name, network: network.reference, recipe: recipe, content: content,
      names: try project?.contentNames() ?? [:])
    let plan = hasMetadata ? try plan(recipe) : nil
    return try write(image, document, plan: plan, to: url)
  }

  /// Writes a preview of a recipe, `side` pixels wide. The file reopens as the whole picture's edit.
  func writePreview(
    _ recipe: Recipe, of network: LoadedNetwork, named name: String, side: Int, to url: URL
  ) throws -> (written: Written, image: Image) {
    let image = try network.renderer(content, cache: cache).preview(recipe, side: side)
    let document = try PictureDocument(
      name: name, network: network.reference, recipe: recipe, content: content,
      names: try project?.contentNames() ?? [:])
    let plan = hasMetadata ? try plan(recipe) : nil
    return (try write(image, document, plan: plan, to: url, isPreview: true), image)
  }

  /// Renders a sheet to a file, and keeps it in the project under `name`.
  ///
  /// - Parameters:
  ///   - recipe: What the picture reopens as, where it shows one edit.
  ///   - pictures: Pictures of recipes that are at hand already, in full size or the cells'.
  @discardableResult
  func write(
    _ sheet: Sheet, named name: String, recipe: Recipe? = nil, to url: URL,
    pictures: [Recipe: Image] = [:]
  ) throws -> Written {
    let missing = sheet.recipes.filter { pictures[$0] == nil }
    var progress = Progress("pictures", total: missing.count), pictures = pictures
    try render(missing) { recipe, picture in
      pictures[recipe] = sheet.fitted(picture)
      try progress.advance()
    }
    let image = try sheet.image { recipe in
      guard let picture = pictures[recipe] else {
        throw CommandError.failed("the table '\(name)' lacks a picture.")
      }
      return picture
    }
    try project?.storeRender(
      of: sheet.digest(), width: image.width, pixelDigest: image.pixelDigest, png: nil)
    let document = try PictureDocument(
      name: name, network: network.reference, recipe: recipe, sheet: sheet, content: content,
      names: try project?.contentNames() ?? [:])
    let plan = try hasMetadata ? recipe.flatMap { try self.plan($0) } : nil
    return try write(image, document, plan: plan, to: url)
  }

  private func write(
    _ image: Image, _ document: PictureDocument, plan: RenderPlan?, to url: URL,
    isPreview: Bool = false
  ) throws -> Written {
    let pixels = image.pixelDigest
    let texts =
      hasMetadata
      ? try document.texts(
        plan: plan, pixels: pixels, engine: "Atelier \(Atelier.version)", isPreview: isPreview)
      : []
    try image.write(to: url, text: texts)
    return Written(file: url.path, pixels: pixels, recipe: try document.recipe?.digest())
  }
}
