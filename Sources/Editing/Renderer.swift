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
  /// The noise, the level of detail and the transform.
  public let settings: SynthesisSettings
}

/// Turns recipes into pictures with one network.
public struct Renderer: Sendable {
  /// The network.
  public let generator: any Generator
  /// The digest of the network's file, which recipes must name.
  public let network: Digest
  /// Where stored content comes from.
  public let content: any ContentSource

  /// A renderer; see the properties.
  public init(
    generator: any Generator, network: Digest, content: any ContentSource = MemoryContent()
  ) {
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
    return RenderPlan(
      ws: ws, psi: try recipe.truncation.values(count: generator.size.rows),
      scene: try content.scene(of: recipe),
      settings: SynthesisSettings(
        noise: try noise(recipe.noise), lod: recipe.lod, transform: recipe.transform))
  }

  /// Renders a recipe at the network's full resolution.
  public func render(_ recipe: Recipe) throws -> Image { try render(plan(recipe)) }

  /// Renders a plan at the network's full resolution.
  public func render(_ plan: RenderPlan) throws -> Image {
    let ws = plan.ws.reshaped(Shape([1] + plan.ws.shape.dimensions))
    guard [1, 3, 4].contains(generator.size.imageChannels) else {
      throw EditingError.unsupported(
        reason: "pictures of \(generator.size.imageChannels) channels cannot be written as PNG.")
    }
    return Image(generator.synthesis(ws, plan.settings))
  }

  private func noise(_ settings: NoiseSettings) throws -> NoiseInput {
    let strength = try settings.strength?.values(count: generator.size.rows, default: 1)
    switch settings.mode {
    case .const: return NoiseInput(.const, strength: strength)
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
    let vector = try label?.vector(classes: classes)
    let w = generator.mapping(
      z.reshaped([1, z.count]), label: vector.map { Tensor($0, shape: [1, classes]) })
    return rows(w)
  }

  private func rows(_ w: Tensor) -> Tensor {
    let size = renderer.generator.size
    return renderer.generator.broadcast(w.reshaped([1, size.wDim]))
      .reshaped([size.rows, size.wDim])
  }
}
