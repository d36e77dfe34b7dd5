import Imaging
import Networks

extension Renderer {
  /// A small picture of a recipe, from the layers up to its side alone.
  ///
  /// Throws for sides that the network has no previews of (``PreviewMaps/sides``), and for recipes
  /// with a level of detail, whose pictures end before.
  public func preview(_ recipe: Recipe, side: Int) throws -> Image {
    var pictures = try progressive(recipe, sides: [side]).makeIterator()
    guard let first = pictures.next(), first.width == side else { throw noPreview(side) }
    return first
  }

  /// Pictures of a recipe from the smallest preview to the whole picture, each when it is asked for;
  /// the layers of each are the first layers of the next.
  ///
  /// Previews that lie before what a cache has at hand are left out. Throws as ``preview(_:side:)``.
  ///
  /// - Parameters:
  ///   - recipe: The picture.
  ///   - sides: The sides of previews that are wanted; all by default.
  public func progressive(_ recipe: Recipe, sides: [Int]? = nil) throws -> ProgressivePictures {
    if let missing = sides?.first(where: { !previews.sides.contains($0) }) {
      throw noPreview(missing)
    }
    let plan = try plan(recipe), ws = try batch(of: plan)
    guard recipe.lod == nil || sides == nil else {
      throw EditingError.unsupported(reason: "there are no previews at a level of detail.")
    }
    let colours = recipe.lod == nil && sides?.isEmpty != true ? previews.colours() : []
    let keys = cache.map { _ in
      ActivationKeys(network: network, generator: generator, plan: plan)
    }
    return ProgressivePictures(
      generator: generator(of: plan), ws: ws, settings: plan.settings,
      regions: masks.regions(of: plan),
      colours: colours.filter { sides?.contains($0.point.side) ?? true }, cache: cache, keys: keys)
  }

  private func noPreview(_ side: Int) -> EditingError {
    let sides = previews.sides.map(String.init).joined(separator: ", ")
    return .unsupported(
      reason: "this network has no previews of \(side) pixels, but of: "
        + "\(sides.isEmpty ? "none" : sides).")
  }
}
