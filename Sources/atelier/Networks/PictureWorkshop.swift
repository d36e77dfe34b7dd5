import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

/// Renders recipes and sheets to PNG files with everything needed to reopen them, and records what
/// it renders in a project.
struct PictureWorkshop {
  let network: LoadedNetwork
  let content: any ContentSource
  let project: Project?
  let hasMetadata: Bool

  private var renderer: Renderer { network.renderer(content) }

  /// A picture that was written.
  struct Written: Encodable {
    let file: String
    let pixels: Digest
    let recipe: Digest?
  }

  /// Renders one recipe and remembers its pixels in the project.
  func render(_ recipe: Recipe) throws -> Image {
    let image = try renderer.render(recipe)
    try project?.storeRender(
      of: recipe.digest(), width: image.width, pixelDigest: image.pixelDigest, png: nil)
    return image
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
    let plan = hasMetadata ? try renderer.plan(recipe) : nil
    return try write(image, document, plan: plan, to: url)
  }

  /// Renders a sheet to a file, and keeps it in the project under `name`.
  ///
  /// - Parameters:
  ///   - recipe: What the picture reopens as, where it shows one edit.
  ///   - pictures: Pictures of recipes that are at hand already.
  @discardableResult
  func write(
    _ sheet: Sheet, named name: String, recipe: Recipe? = nil, to url: URL,
    pictures: [Recipe: Image] = [:]
  ) throws -> Written {
    var progress = Progress("pictures", total: sheet.recipes.count { pictures[$0] == nil })
    let image = try sheet.image { recipe in
      if let picture = pictures[recipe] { return picture }
      let picture = try render(recipe)
      try progress.advance()
      return picture
    }
    try project?.storeRender(
      of: sheet.digest(), width: image.width, pixelDigest: image.pixelDigest, png: nil)
    let document = try PictureDocument(
      name: name, network: network.reference, recipe: recipe, sheet: sheet, content: content,
      names: try project?.contentNames() ?? [:])
    let plan = try hasMetadata ? recipe.map { try renderer.plan($0) } : nil
    return try write(image, document, plan: plan, to: url)
  }

  private func write(
    _ image: Image, _ document: PictureDocument, plan: RenderPlan?, to url: URL
  ) throws -> Written {
    let pixels = image.pixelDigest
    let texts =
      hasMetadata
      ? try document.texts(plan: plan, pixels: pixels, engine: "Atelier \(Atelier.version)") : []
    try image.write(to: url, text: texts)
    return Written(file: url.path, pixels: pixels, recipe: try document.recipe?.digest())
  }
}
