import Imaging
import Networks
import Tensors

/// A recipe worked out for a network: what synthesis is called with.
public struct RenderPlan: Sendable {
  /// W+ after truncation and all edits: `[rows, wDim]`.
  public let ws: Tensor
  /// ψ of every row.
  public let psi: [Float]
  /// The maps after all map edits, where the recipe has any.
  public let scene: SceneMaps?
  /// The regions with latents of their own, in order.
  public let regions: [PlannedRegion]
  /// The noise, the level of detail and the transform.
  public let settings: SynthesisSettings
  /// The network with weights tuned to the base, where it has any; the renderer's own otherwise.
  public let tuned: Tuned?

  /// A network with tuned weights.
  public struct Tuned: Sendable {
    /// The digest of the tuning.
    public let tuning: Digest
    /// The network.
    public let generator: any Generator
  }

  /// A plan; see the properties.
  public init(
    ws: Tensor, psi: [Float], scene: SceneMaps? = nil, regions: [PlannedRegion] = [],
    settings: SynthesisSettings, tuned: Tuned? = nil
  ) {
    self.tuned = tuned
    self.ws = ws
    self.psi = psi
    self.scene = scene
    self.regions = regions
    self.settings = settings
  }
}

/// Turns recipes into pictures with one network.
public struct Renderer: Sendable {
  /// The network.
  public let generator: any Generator
  /// The digest of the network's file, which recipes must name.
  public let network: Digest
  /// Where stored content comes from.
  public let content: any ContentSource
  /// Where activations are kept from one picture to the next; `nil` for nowhere.
  public let cache: ActivationCache?
  /// The colours of previews.
  public let previews: PreviewMaps
  /// The network's generators with tuned weights; `nil` where recipes with tunings cannot be drawn.
  public let tunings: TunedGenerators?
  let masks = RegionMasks()
  let mappings = MappedLatents()

  /// A renderer; see the properties.
  public init(
    generator: any Generator, network: Digest, content: any ContentSource = MemoryContent(),
    cache: ActivationCache? = nil, previews: PreviewMaps? = nil, tunings: TunedGenerators? = nil
  ) {
    self.cache = cache
    self.tunings = tunings
    self.previews = previews ?? PreviewMaps(generator: generator, network: network)
    self.generator = generator
    self.network = network
    self.content = content
  }

  /// Works a recipe out, without rendering it.
  public func plan(_ recipe: Recipe) throws -> RenderPlan {
    guard recipe.network == network else {
      throw EditingError.wrongNetwork(
        expected: recipe.network.description, found: network.description)
    }
    let context = Context(renderer: self, truncation: recipe.truncation)
    var ws = try context.latent(of: recipe.base)
    for edit in recipe.edits where edit.isEnabled {
      ws = try edit.operation.apply(to: ws, in: context)
    }
    guard ws.withUnsafeBuffer({ $0.allSatisfy { $0.isFinite } }) else {
      throw EditingError.unsupported(
        reason: "the latent becomes too large for numbers: use smaller moves, weights or ψ.")
    }
    let regions = try recipe.edits.filter(\.isEnabled).compactMap {
      try ($0.operation as? RegionOperation)?
        .plan(ws, in: context, side: generator.size.resolution, map: content.map)
    }
    return RenderPlan(
      ws: ws, psi: try recipe.truncation.values(count: generator.size.rows),
      scene: try content.scene(of: recipe), regions: regions,
      settings: SynthesisSettings(
        noise: try noise(recipe), lod: recipe.lod, transform: recipe.transform),
      tuned: try recipe.base.companions.tuning.map(tuned))
  }

  private func tuned(_ tuning: Digest) throws -> RenderPlan.Tuned {
    guard let tunings else {
      throw EditingError.unsupported(reason: "this recipe draws with tuned weights.")
    }
    return RenderPlan.Tuned(tuning: tuning, generator: try tunings.generator(tuning, content))
  }

  /// The network that a plan is drawn with.
  func generator(of plan: RenderPlan) -> any Generator { plan.tuned?.generator ?? generator }

  /// Renders a recipe at the network's full resolution.
  public func render(_ recipe: Recipe) throws -> Image { try render(plan(recipe)) }

  /// Renders a plan at the network's full resolution.
  ///
  /// With a cache, it begins at the deepest layer that an earlier picture has been through, and
  /// keeps the states that edits may begin at: before the first layer of every row of W+ where a
  /// state takes at most a sixteenth of the cache, before that of every resolution where it takes at
  /// most a quarter. The picture is kept as well: the same plan is not worked again, and of one with
  /// a region more only the pixels that the region reaches are, in families that can.
  public func render(_ plan: RenderPlan) throws -> Image {
    guard let cache else { return try render(plan, keys: nil, at: []) }
    let keys = ActivationKeys(network: network, generator: generator, plan: plan)
    if let picture = cache.picture(keys) { return Image(picture) }
    if let picture = try changed(plan, keys, cache) { return Image(picture) }
    let (rows, resolutions) = editDepths
    return try render(plan, keys: keys, at: rows, keepsPicture: true) {
      $1 <= cache.limit / (resolutions.contains($0) ? 4 : 16)
    }
  }

  /// Renders one of several pictures, beginning where those before it have been.
  public func render(_ item: RenderOrder.Item) throws -> Image {
    // Working a recipe out again costs less than keeping the W+ of a large table.
    try render(plan(item.recipe), keys: item.keys, at: item.keptDepths)
  }

  /// The picture of a plan with regions from the kept one without the last, where that and the
  /// activations before it are at hand and no later ones are.
  private func changed(
    _ plan: RenderPlan, _ keys: ActivationKeys, _ cache: ActivationCache
  ) throws -> Tensor? {
    let generator = self.generator(of: plan)
    guard let last = plan.regions.last, generator.computesRegions,
      let first = generator.layers.firstIndex(where: { last.rows.contains($0.row) })
    else { return nil }
    let base = RenderPlan(
      ws: plan.ws, psi: plan.psi, scene: plan.scene, regions: plan.regions.dropLast(),
      settings: plan.settings, tuned: plan.tuned)
    let baseKeys = ActivationKeys(network: network, generator: generator, plan: base)
    guard let picture = cache.picture(baseKeys), var state = cache.deepest(keys),
      state.depth <= first
    else { return nil }
    let ws = try batch(of: plan), regions = masks.regions(of: plan)
    generator.advance(&state, to: first, ws, plan.settings, regions: regions)
    let changed = try generator.synthesis(
      resuming: state, ws, plan.settings, regions: regions, changing: picture)
    cache.keep(picture: changed, keys)
    return changed
  }

  /// The depths at which the first layer to read some row of W+ stands, where edits of rows begin,
  /// and those among them whose row begins a resolution.
  private var editDepths: (rows: Set<Int>, resolutions: Set<Int>) {
    var first: [Int: Int] = [:]
    var rows: Set<Int> = [], resolutions: Set<Int> = []
    var side = 0
    for (depth, layer) in generator.layers.enumerated() {
      if first[layer.row] == nil { first[layer.row] = depth }
      if depth > 0, first[layer.row] == depth { rows.insert(depth) }
      if layer.resolution > side, let depth = first[layer.row] { resolutions.insert(depth) }
      side = max(side, layer.resolution)
    }
    return (rows, resolutions)
  }

  /// Renders a plan; with a cache, keeps the states of `depths` whose size `keeps` allows.
  private func render(
    _ plan: RenderPlan, keys: ActivationKeys?, at depths: Set<Int>, keepsPicture: Bool = false,
    _ keeps: (_ depth: Int, _ bytes: Int) -> Bool = { _, _ in true }
  ) throws -> Image {
    let ws = try batch(of: plan)
    guard let cache, let keys else { return Image(picture(plan)) }
    let generator = self.generator(of: plan), layers = generator.layers
    let regions = masks.regions(of: plan)
    // The layers whose results are kept: what projects to colours leaves features as they are.
    let makers = Set(
      depths.compactMap { depth in
        layers.prefix(depth).lastIndex { $0.kind != .toRGB }.flatMap { maker in
          let layer = layers[maker]
          let floats = layer.outputChannels * layer.resolution * layer.resolution
          return keeps(depth, floats * MemoryLayout<Float>.stride) ? maker : nil
        }
      })
    var state = cache.deepest(keys) ?? generator.beginning(ws)
    while state.depth < layers.count {
      let depth = state.depth
      func work() {
        generator.advance(&state, to: depth + 1, ws, plan.settings, regions: regions)
      }
      makers.contains(depth) ? Tensor.withTightMemory(work) : work()
      if depths.contains(state.depth), keeps(state.depth, state.bytes) {
        cache.keep(state, as: keys.digests[state.depth])
      }
    }
    let picture = generator.picture(of: state, plan.settings)
    if keepsPicture { cache.keep(picture: picture, keys) }
    return Image(picture)
  }

  /// The W+ of a plan as synthesis takes it, `[1, rows, wDim]`; throws for networks whose pictures
  /// cannot be written.
  func batch(of plan: RenderPlan) throws -> Tensor {
    guard [1, 3, 4].contains(generator.size.imageChannels) else {
      throw EditingError.unsupported(
        reason: "pictures of \(generator.size.imageChannels) channels cannot be written as PNG.")
    }
    return plan.ws.reshaped(Shape([1] + plan.ws.shape.dimensions))
  }

  /// The picture of a plan as synthesis gives it, `[1, C, H, W]`.
  package func picture(_ plan: RenderPlan) -> Tensor {
    let generator = self.generator(of: plan)
    let ws = plan.ws.reshaped(Shape([1] + plan.ws.shape.dimensions))
    var state = generator.beginning(ws)
    generator.advance(
      &state, to: generator.layers.count, ws, plan.settings, regions: masks.regions(of: plan))
    return generator.picture(of: state, plan.settings)
  }

  private func noise(_ recipe: Recipe) throws -> NoiseInput {
    let settings = recipe.noise
    let strength = try settings.strength?.values(count: generator.size.rows, default: 1)
    switch settings.mode {
    case .const:
      // The maps that belong to the base stand in for those of the network.
      let maps = try recipe.base.companions.noise.map {
        try NoiseMaps.split(content.tensor($0), for: generator)
      }
      return NoiseInput(maps.map { .maps($0) } ?? .const, strength: strength)
    case .random: return NoiseInput(.random(seed: settings.seed), strength: strength)
    case .none: return NoiseInput(.none)
    }
  }
}

/// What edits ask for while a recipe is worked out.
private struct Context: EditContext {
  let renderer: Renderer
  let truncation: Truncation

  func tensor(_ digest: Digest) throws -> Tensor { try renderer.content.tensor(digest) }

  func latent(of source: LatentSource) throws -> Tensor {
    let ws = try untruncated(source)
    guard source.truncates else { return ws }
    let size = renderer.generator.size
    let center = try truncation.center.map { try tensor($0) } ?? renderer.generator.meanLatent
    let batch = ws.reshaped([1, size.rows, size.wDim])
    return try truncation.apply(to: batch, center: center).reshaped([size.rows, size.wDim])
  }

  /// W+ `[rows, wDim]` of a source before truncation.
  private func untruncated(_ source: LatentSource) throws -> Tensor {
    let generator = renderer.generator
    switch source.origin {
    case .seed, .latent(_, .z): return try mapped(z(of: source), label: source.label)
    case .mean: return rows(generator.meanLatent)
    case .latent(let digest, let space):
      let tensor = try tensor(digest)
      let width = generator.size.wDim, count = generator.size.rows
      if tensor.count == width { return rows(tensor) }
      guard space == .wPlus, tensor.count == count * width else {
        throw EditingError.wrongShape(
          what: "latent \(digest.short)", expected: "[\(width)] or [\(count), \(width)]",
          found: "\(tensor.shape)")
      }
      return tensor.reshaped([count, width])
    case .between(let a, let b, let t, .slerp):
      let z = Interpolation.slerp(try z(of: a), try z(of: b), t: t)
      return try mapped(z, label: source.label ?? a.label)
    case .between(let a, let b, let t, .lerp):
      return Interpolation.lerp(try untruncated(a), try untruncated(b), t: t)
    }
  }

  /// z `[zDim]` of a seed or a stored Z latent.
  private func z(of source: LatentSource) throws -> Tensor {
    let width = renderer.generator.size.zDim
    switch source.origin {
    case .seed(let seed):
      var random = RandomState(seed: seed)
      return random.randn([width])
    case .latent(let digest, .z):
      let tensor = try tensor(digest)
      guard tensor.count == width else {
        throw EditingError.wrongShape(
          what: "latent \(digest.short)", expected: "[\(width)]", found: "\(tensor.shape)")
      }
      return tensor.reshaped([width])
    default:
      throw EditingError.unsupported(
        reason: "slerp goes between seeds or Z latents, not \(source). Use lerp.")
    }
  }

  private func mapped(_ z: Tensor, label: ClassLabel?) throws -> Tensor {
    let generator = renderer.generator, classes = generator.size.classes
    if classes > 0, label == nil {
      throw EditingError.labelMismatch(
        reason: "this network is conditional: give a class from 0 to \(classes - 1) with --class.")
    }
    let vector = try label.map { Tensor(try $0.vector(classes: classes), shape: [1, classes]) }
    return rows(
      renderer.mappings.w(of: z, label: vector) {
        generator.mapping(z.reshaped([1, z.count]), label: vector)
      })
  }

  private func rows(_ w: Tensor) -> Tensor {
    let size = renderer.generator.size
    return renderer.generator.broadcast(w.reshaped([1, size.wDim]))
      .reshaped([size.rows, size.wDim])
  }
}
