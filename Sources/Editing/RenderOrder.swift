import Networks
import Tensors

/// Pictures in an order in which those that begin alike stand together, each with the states that
/// are worth keeping for the ones after it.
public struct RenderOrder: Sendable {
  /// One picture.
  public struct Item: Sendable {
    /// What is rendered.
    public let recipe: Recipe
    /// The depths at which later pictures go on.
    public let keptDepths: Set<Int>

    let keys: ActivationKeys
  }

  /// The pictures.
  public let items: [Item]

  /// Orders recipes, each worked out with `renderer`; an order of their own is kept among equals.
  public init(_ recipes: [Recipe], renderer: Renderer) throws {
    let entries = try recipes.map { recipe in
      let keys = ActivationKeys(
        network: renderer.network, generator: renderer.generator, plan: try renderer.plan(recipe))
      return (recipe: recipe, keys: keys)
    }
    let order = Self.grouped(Array(entries.indices), by: entries.map(\.keys.digests))
    // The last layer is never shared: nothing would be left to do.
    let deepest = renderer.generator.layers.count - 1
    let shared = zip(order, order.dropFirst()).map {
      min(entries[$0].keys.sharedDepth(with: entries[$1].keys), deepest)
    }
    items = order.enumerated().map { place, index in
      var depths: Set<Int> = []
      var least = Int.max
      for depth in shared.dropFirst(place) {
        least = min(least, depth)
        guard least > 0 else { break }
        depths.insert(least)
      }
      let entry = entries[index]
      return Item(recipe: entry.recipe, keptDepths: depths, keys: entry.keys)
    }
  }

  /// `indices` with those whose names agree up to `depth` together, and so on within each group.
  private static func grouped(
    _ indices: [Int], by names: [[Digest]], depth: Int = 0
  ) -> [Int] {
    guard let first = indices.first, indices.count > 1, depth < names[first].count else {
      return indices
    }
    var places: [Digest: Int] = [:]
    var groups: [[Int]] = []
    for index in indices {
      let name = names[index][depth]
      if let place = places[name] {
        groups[place].append(index)
      } else {
        places[name] = groups.count
        groups.append([index])
      }
    }
    return groups.flatMap { grouped($0, by: names, depth: depth + 1) }
  }
}
