import Imaging
import Networks
import Tensors

/// A recipe with maps worked out for a network: what it is called with.
public struct ScenePlan: Sendable {
  /// Maps and styles at one point of the edits.
  public struct Stage: Hashable, Sendable {
    /// The maps.
    public var maps: SceneMaps
    /// The styles; of width 0 for networks that take none.
    public var styles: SceneStyles
  }

  /// Maps and styles after all edits.
  public var final: Stage
  /// Those whose statistics the norms hold (``HoldOperation``), if any.
  public var held: Stage?
  /// The code of networks that start from one, `[1, codeWidth]`.
  public var code: Tensor?

  /// The maps after all edits.
  public var maps: SceneMaps { final.maps }
  /// The styles after all edits; of width 0 for networks that take none.
  public var styles: SceneStyles { final.styles }
}

/// Works recipes with maps out and draws them.
///
/// Nothing is encoded here: styles of photographs are stored tables, so that a change of one style
/// costs one run of the generator.
public struct SceneRenderer: Sendable {
  /// The network that draws.
  public let generator: any SceneGenerator
  /// The digest of its file, which recipes must name.
  public let network: Digest
  private let content: any ContentSource

  /// A renderer for one network that finds content in `content`.
  public init(
    generator: any SceneGenerator, network: Digest, content: any ContentSource = MemoryContent()
  ) {
    self.generator = generator
    self.network = network
    self.content = content
  }

  /// The maps and styles that a recipe comes to. Throws ``EditingError`` for a recipe without maps or
  /// of another network, and for edits that do not fit.
  public func plan(_ recipe: Recipe) throws -> ScenePlan {
    guard recipe.network == network else {
      throw EditingError.wrongNetwork(
        expected: recipe.network.description, found: network.description)
    }
    guard let scene = recipe.scene else {
      throw EditingError.unsupported(
        reason: "this recipe has no label map, and a \(generator.family) network paints one.")
    }
    var stage = ScenePlan.Stage(
      maps: try SceneMaps(
        labels: LabelMap(content.map(scene.labels)),
        instances: scene.instances.map { InstanceMap(try content.map($0)) }),
      styles: SceneStyles(width: generator.size.features))
    var held: ScenePlan.Stage?
    for edit in recipe.edits where edit.isEnabled {
      switch edit.operation {
      case let operation as any MapOperation:
        try operation.apply(to: &stage.maps, content: content)
      case let operation as any StyleOperation:
        guard stage.styles.width > 0 else {
          throw EditingError.unsupported(
            reason: "this \(generator.family) network takes no styles of instances.")
        }
        try operation.apply(to: &stage.styles, maps: objects(stage.maps), content: content)
      case is HoldOperation: held = stage
      default:
        throw EditingError.unsupported(
          reason: "an edit of kind '\(type(of: edit.operation).kind)' changes a latent, and a "
            + "\(generator.family) network paints maps.")
      }
    }
    return ScenePlan(
      final: stage, held: held,
      code: generator.size.codeWidth > 0 ? try code(recipe.base) : nil)
  }

  /// The maps whose objects the styles belong to: classes for networks with `label_feat`.
  private func objects(_ maps: SceneMaps) throws -> SceneMaps {
    generator.size.featuresFollowLabels ? try SceneMaps(labels: maps.labels) : maps
  }

  /// The table of styles that a plan paints.
  public func table(_ plan: ScenePlan) throws -> InstanceStyles {
    plan.styles.table(for: try objects(plan.maps).objects)
  }

  /// The picture of a plan: `[1, C, H, W]`, −1 to 1.
  ///
  /// - Parameter preview: A smaller width to paint at, for a quick look; networks of one size only
  ///   have none.
  public func synthesis(_ plan: ScenePlan, preview: Int? = nil) throws -> Tensor {
    let (maps, style) = try input(plan.final, code: plan.code, width: preview)
    // Held at itself a scene is the plain picture, and one run is enough.
    guard let held = plan.held, held != plan.final else {
      return try generator.synthesis(maps, style: style)
    }
    return try generator.synthesis(
      maps, style: style, holding: input(held, code: plan.code, width: preview))
  }

  /// What the network is given for maps and styles, at a smaller width if one is given.
  private func input(
    _ stage: ScenePlan.Stage, code: Tensor?, width: Int?
  ) throws -> (maps: SceneInput, style: SceneStyle) {
    let maps = try width.map { try reduced(stage.maps, width: $0) } ?? stage.maps
    let input = SceneInput(
      height: maps.height, width: maps.width, labels: maps.labels.map.values,
      instances: maps.objects.values)
    if let code { return (input, .code(code)) }
    guard generator.size.features > 0 else { return (input, .none) }
    let objects = try objects(maps).objects
    return (input, .features(stage.styles.table(for: objects).painted(on: objects)))
  }

  /// The maps at a smaller width that the network takes, by Pillow's rule.
  private func reduced(_ maps: SceneMaps, width: Int) throws -> SceneMaps {
    let multiple = generator.size.multiple
    guard generator.size.fixedSize == nil else {
      throw EditingError.unsupported(
        reason: "this \(generator.family) network paints one size only, so it has no preview.")
    }
    func rounded(_ value: Double) -> Int {
      max(multiple, Int((value / Double(multiple)).rounded()) * multiple)
    }
    let width = rounded(Double(min(width, maps.width)))
    let height = rounded(Double(maps.height) * Double(width) / Double(maps.width))
    return try SceneMaps(
      labels: LabelMap(maps.labels.map.resized(width: width, height: height, rule: .pillow)),
      instances: maps.instances.map {
        InstanceMap($0.map.resized(width: width, height: height, rule: .pillow))
      })
  }

  /// Draws a recipe.
  public func render(_ recipe: Recipe, preview: Int? = nil) throws -> Image {
    Image(scenePicture: try synthesis(plan(recipe), preview: preview))
  }

  /// The code of a source in Z: seeds, stored codes, and ways between them.
  private func code(_ source: LatentSource) throws -> Tensor {
    let width = generator.size.codeWidth
    switch source.origin {
    case .seed(let seed):
      var random = RandomState(seed: seed)
      return random.randn([1, width])
    case .mean: return Tensor(zeros: [1, width])
    case .latent(let digest, _):
      let tensor = try content.tensor(digest)
      guard tensor.count == width else {
        throw EditingError.wrongShape(
          what: "code \(digest.short)", expected: "[\(width)]", found: "\(tensor.shape)")
      }
      return tensor.reshaped([1, width])
    case .between(let a, let b, let t, let way):
      let from = try code(a), to = try code(b)
      return way(from, to, t: t)
    }
  }
}

extension Image {
  /// A picture `[1, C, H, W]`, −1 to 1, as pix2pixHD and SPADE save it: (x + 1) / 2 · 255, cut off
  /// below and above, fractions dropped.
  public init(scenePicture picture: Tensor) {
    let (channels, height, width) = (picture.shape[1], picture.shape[2], picture.shape[3])
    let count = height * width
    var pixels = [UInt8](repeating: 0, count: channels * count)
    picture.withUnsafeBuffer { values in
      for channel in 0..<channels {
        for i in 0..<count {
          let value = (values[channel * count + i] + 1) / 2 * 255  // NaN becomes 0
          pixels[i * channels + channel] = value > 0 ? UInt8(min(255, value)) : 0
        }
      }
    }
    self.init(width: width, height: height, channels: channels, pixels: pixels)
  }
}
