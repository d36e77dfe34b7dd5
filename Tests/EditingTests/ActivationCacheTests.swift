import Editing
import Imaging
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Activations that are kept")
struct ActivationCacheTests {
  private static let network = Digest(of: [UInt8(1)])

  private func plan(_ change: (inout [Float], inout SynthesisSettings) -> Void = { _, _ in })
    -> RenderPlan
  {
    var values = Tensor.sample([6, 3]).scalars
    var settings = SynthesisSettings()
    change(&values, &settings)
    return RenderPlan(
      ws: Tensor(values, shape: [6, 3]), psi: [Float](repeating: 1, count: 6), settings: settings)
  }

  private func keys(_ plan: RenderPlan, network: Digest = network) -> ActivationKeys {
    ActivationKeys(network: network, generator: SmallGenerator(), plan: plan)
  }

  /// How many layers the plan shares with the unchanged one.
  private func shared(_ change: (inout [Float], inout SynthesisSettings) -> Void) -> Int {
    keys(plan()).sharedDepth(with: keys(plan(change)))
  }

  @Test("Equal plans have equal names, a plan of another network has none of them")
  func equality() {
    #expect(keys(plan()).digests == keys(plan()).digests)
    #expect(keys(plan()).sharedDepth(with: keys(plan())) == 6)
    let other = keys(plan(), network: Digest(of: [UInt8(2)]))
    #expect(Set(other.digests).isDisjoint(with: keys(plan()).digests))
  }

  @Test("A row of W+ changes the names from its layer on", arguments: 0..<6)
  func rows(row: Int) {
    #expect(shared { values, _ in values[3 * row + 2] += 1e-6 } == row)
  }

  @Test("So do offsets on a layer's styles and the strength of its noise", arguments: 0..<6)
  func offsets(row: Int) {
    #expect(
      shared { $1.styleOffsets["row\(row)"] = Tensor([0.5], shape: [1]) } == row)
    var strength = [Float](repeating: 1, count: 6)
    #expect(shared { $1.noise.strength = strength } == 6)
    strength[row] = 0.5
    #expect(shared { $1.noise.strength = strength } == row)
  }

  @Test("Noise, level of detail and transform change all names")
  func settings() {
    #expect(shared { $1.noise = .none } < 0)
    #expect(shared { $1.noise = NoiseInput(.random(seed: 1)) } < 0)
    #expect(shared { $1.lod = 0 } < 0)
    #expect(shared { $1.transform = InputTransform(x: 0.1) } < 0)
    let seeds = (0..<2).map { seed in
      keys(plan { $1.noise = NoiseInput(.random(seed: seed)) })
    }
    #expect(seeds[0].sharedDepth(with: seeds[1]) < 0)
  }

  @Test("What was used longest ago goes first, and nothing above the limit is kept")
  func eviction() {
    // A state of the small generator: 3 × 6 × 6 floats, 432 bytes.
    let state = SmallGenerator().beginning(samples: 1)
    let names = (0..<4).map { Digest(of: [UInt8($0)]) }
    let cache = ActivationCache(bytes: 1000)
    cache.keep(state, as: names[0])
    cache.keep(state, as: names[1])
    #expect(cache.bytes == 864)
    #expect(cache.state(names[0]) != nil)
    cache.keep(state, as: names[2])
    #expect(cache.state(names[1]) == nil)
    #expect(cache.state(names[0]) != nil && cache.state(names[2]) != nil)
    #expect(cache.count == 2 && cache.bytes == 864)
    // Kept again, it counts once.
    cache.keep(state, as: names[2])
    #expect(cache.bytes == 864)
    let small = ActivationCache(bytes: 400)
    small.keep(state, as: names[0])
    #expect(small.count == 0)
    cache.removeAll()
    #expect(cache.bytes == 0 && cache.state(names[0]) == nil)
  }

  private func recipe(_ seed: UInt32, _ other: UInt32, from row: Int) -> Recipe {
    var recipe = Recipe(network: Self.network, base: LatentSource(.seed(seed)))
    recipe.append(MixOperation(with: LatentSource(.seed(other)), layers: LayerSet(row..<6)))
    return recipe
  }

  private func renderer(cache: ActivationCache?) -> (Renderer, WorkCount) {
    var generator = SmallGenerator()
    let work = WorkCount()
    generator.work = work
    return (Renderer(generator: generator, network: Self.network, cache: cache), work)
  }

  @Test("An edit begins at its first layer, with the bytes of a picture from the beginning")
  func edits() throws {
    let (cached, work) = renderer(cache: ActivationCache())
    let (plain, _) = renderer(cache: nil)
    _ = try cached.render(recipe(1, 1, from: 0))
    #expect(work.take() == 6)
    for row in (1..<6).reversed() {
      let edited = recipe(1, 2, from: row)
      #expect(try cached.render(edited) == plain.render(edited))
      #expect(work.take() == 6 - row)
    }
    // Back to the first picture, which is at hand.
    #expect(try cached.render(recipe(1, 1, from: 0)) == plain.render(recipe(1, 1, from: 0)))
    #expect(work.take() == 0)
  }

  @Test("A region changes the names of the layers that it is blended in, and of those after them")
  func regions() throws {
    func digests(_ change: (inout [Float], inout Double, inout [Bool]) -> Void) -> [Digest] {
      var values = plan().ws.scalars, feather = 0.5
      var pixels = [Bool](repeating: false, count: 36)
      pixels[8] = true
      change(&values, &feather, &pixels)
      let region = PlannedRegion(
        name: "eyes", ws: Tensor(values, shape: [6, 3]), rows: [2, 3],
        mask: Mask(width: 6, height: 6, isIn: pixels), feather: feather)
      return keys(
        RenderPlan(
          ws: plan().ws, psi: [Float](repeating: 1, count: 6), regions: [region],
          settings: SynthesisSettings())
      ).digests
    }
    let own = keys(plan()).digests, base = digests { _, _, _ in }
    func shared(_ a: [Digest], _ b: [Digest]) -> Int { zip(a, b).prefix { $0 == $1 }.count - 1 }
    #expect(shared(own, base) == 2)
    #expect(shared(base, digests { values, _, _ in values[3 * 3] += 1 }) == 3)
    #expect(shared(base, digests { values, _, _ in values[0] += 1 }) == 6)
    #expect(shared(base, digests { _, feather, _ in feather = 0.25 }) == 2)
    #expect(shared(base, digests { _, _, pixels in pixels[9] = true }) == 2)
  }

  @Test("A table works every shared layer once, whichever way its pictures are listed")
  func tables() throws {
    let recipes = (0..<36).map { recipe(UInt32($0 % 6), UInt32(10 + $0 / 6), from: 4) }
    let (plain, _) = renderer(cache: nil)
    for listed in [recipes, recipes.reversed()] {
      let (cached, work) = renderer(cache: ActivationCache())
      let order = try RenderOrder(listed, renderer: cached)
      #expect(Set(order.items.map(\.recipe)) == Set(recipes) && order.items.count == 36)
      for item in order.items {
        #expect(try cached.render(item) == plain.render(item.recipe))
      }
      // Six prefixes of four layers, and two layers of each picture.
      #expect(work.take() == 6 * 4 + 36 * 2)
      // No state is kept but those.
      #expect(cached.cache?.count == 6)
    }
  }

  @Test("Pictures that share at several depths use each of them")
  func nesting() throws {
    let recipes = [
      recipe(1, 2, from: 2), recipe(5, 6, from: 1), recipe(1, 2, from: 5), recipe(1, 3, from: 4),
      recipe(1, 3, from: 5),
    ]
    let (cached, work) = renderer(cache: ActivationCache())
    let (plain, _) = renderer(cache: nil)
    for item in try RenderOrder(recipes, renderer: cached).items {
      #expect(try cached.render(item) == plain.render(item.recipe))
    }
    // 1,2 from 2: all 6. The rest of its family shares two layers with it, and up to 4 or 5 among
    // themselves: 4 for the first, 2 for the one that differs at 4, 1 for the one at 5; then 5,6.
    #expect(work.take() == 6 + 4 + 2 + 1 + 6)
  }

  @Test("A cache that holds nothing changes nothing")
  func noRoom() throws {
    let (cached, work) = renderer(cache: ActivationCache(bytes: 0))
    let (plain, _) = renderer(cache: nil)
    let recipes = (0..<4).map { recipe(1, UInt32(10 + $0), from: 4) }
    for item in try RenderOrder(recipes, renderer: cached).items {
      #expect(try cached.render(item) == plain.render(item.recipe))
    }
    #expect(work.take() == 4 * 6)
  }
}
