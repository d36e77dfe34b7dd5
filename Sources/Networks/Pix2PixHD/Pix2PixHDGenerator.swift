import Tensors

/// pix2pixHD's generator (Wang et al., arXiv 1711.11585, section 3.2): a global network of
/// convolutions, residual blocks and transposed convolutions, and around it any number of local
/// enhancers, each at twice the resolution.
struct Pix2PixHDGenerator: SceneGenerator {
  let family = Pix2PixHDFamily.name
  let size: SceneSize
  private let trunk: TranslationSequence
  private let enhancers: [Enhancer]

  /// One local enhancer: its input at its own resolution is added to the coarser part's result.
  private struct Enhancer: Sendable {
    /// `model<n>_1` and `model<n>_2`.
    let names: (down: String, up: String)
    let down: TranslationSequence
    let up: TranslationSequence
  }

  /// The generator of a canonical network.
  init(_ network: CanonicalNetwork, _ options: Pix2PixHDConfiguration) throws {
    var reader = ParameterReader(network)
    size = options.size
    let levels = options.enhancers
    let filters = options.filters << levels
    var trunk = TranslationSequence()
    var index = try trunk.appendContracting(
      &reader, "model", inputs: options.inputs, filters: filters,
      downsamplings: options.downsamplings, norm: options.norm)
    for _ in 0..<options.blocks {
      let width = filters << options.downsamplings
      trunk.append(
        try TranslationStage(
          &reader, .residual, "model", index, inputs: width, outputs: width, norm: options.norm))
      index += 1
    }
    index = try trunk.appendExpanding(
      &reader, "model", from: index, filters: filters, levels: options.downsamplings,
      norm: options.norm)
    if levels == 0 {
      trunk.append(
        try TranslationStage(
          &reader, .colours, "model", index + 1, inputs: filters, outputs: options.imageChannels,
          norm: .none))
    }
    self.trunk = trunk
    enhancers = try (1...max(levels, 1)).prefix(levels).map { level in
      try Self.enhancer(&reader, level, options)
    }
    try reader.finish { name in
      name.hasPrefix(SceneParts.encoderPrefix) || name.hasPrefix(SceneParts.discriminatorPrefix)
    }
  }

  private static func enhancer(
    _ reader: inout ParameterReader, _ level: Int, _ options: Pix2PixHDConfiguration
  ) throws -> Enhancer {
    let filters = options.filters << (options.enhancers - level)
    let names = ("model\(level)_1", "model\(level)_2")
    var down = TranslationSequence(), up = TranslationSequence()
    _ = try down.appendContracting(
      &reader, names.0, inputs: options.inputs, filters: filters, downsamplings: 1,
      norm: options.norm)
    for block in 0..<options.localBlocks {
      up.append(
        try TranslationStage(
          &reader, .residual, names.1, block, inputs: 2 * filters, outputs: 2 * filters,
          norm: options.norm))
    }
    let next = try up.appendExpanding(
      &reader, names.1, from: options.localBlocks, filters: filters, levels: 1, norm: options.norm)
    if level == options.enhancers {
      up.append(
        try TranslationStage(
          &reader, .colours, names.1, next + 1, inputs: filters, outputs: options.imageChannels,
          norm: .none))
    }
    return Enhancer(names: names, down: down, up: up)
  }

  /// The layers, coarse to fine.
  var layers: [SceneLayer] {
    (trunk.stages + enhancers.flatMap { $0.down.stages + $0.up.stages }).map(\.layer)
  }

  /// The picture of a scene.
  func synthesis(
    _ maps: SceneInput, style: SceneStyle, norms: NormStatistics?, observe: SceneObserver?
  ) throws -> Tensor {
    try check(height: maps.height, width: maps.width)
    var parts = [try maps.semantics(size)]
    switch style {
    case .features(let features) where size.features > 0:
      guard features.shape == [1, size.features, maps.height, maps.width] else {
        throw NetworkError.unsuitableScene(
          reason: "features of shape \(features.shape) for "
            + "\([1, size.features, maps.height, maps.width])")
      }
      parts.append(features)
    case .none where size.features == 0: break
    case .none:
      throw NetworkError.unsuitableScene(
        reason: "this network needs \(size.features) features for every instance")
    case .features, .code:
      throw NetworkError.unsuitableScene(
        reason: size.features > 0
          ? "this network takes features of instances, not a code for the whole picture"
          : "this network takes no style")
    }
    return picture(
      parts.count == 1 ? parts[0] : Tensor.concatenatedChannels(parts), norms: norms, observe)
  }

  func pictures(_ semantics: Tensor, style: Tensor?) -> Tensor {
    precondition(
      semantics.shape[1] == size.semanticChannels && (style?.shape[1] ?? 0) == size.features,
      "semantics \(semantics.shape) and features \(style?.shape.description ?? "none")")
    return picture(
      style.map { Tensor.concatenatedChannels([semantics, $0]) } ?? semantics, norms: nil, nil)
  }

  /// The picture of an input with all its channels: `[N, inputs, H, W]` → `[N, C, H, W]`.
  private func picture(
    _ input: Tensor, norms: NormStatistics?, _ observe: SceneObserver?
  ) -> Tensor {
    var pyramid = [input]
    for level in enhancers.indices {
      let smaller = pyramid[level].averagePooled(
        kernel: 3, stride: 2, padding: 1, countsPadding: false)
      pyramid.append(smaller)
      observe?("input.\(level + 1)", smaller)
    }
    var y = trunk(pyramid[enhancers.count], norms: norms, observe: observe)
    observe?("model", y)
    for (level, enhancer) in enhancers.enumerated() {
      var detail = enhancer.down(
        pyramid[enhancers.count - 1 - level], norms: norms, observe: observe)
      observe?(enhancer.names.down, detail)
      detail.add(y)
      y = enhancer.up(detail, norms: norms, observe: observe)
      observe?(enhancer.names.up, y)
    }
    return y
  }

  /// Throws for sizes that the layers cannot work on.
  private func check(height: Int, width: Int) throws {
    let smallest = min(height, width), multiple = size.multiple
    // Without enhancers sizes in between work, as in the official code; the picture is larger then.
    guard enhancers.isEmpty || (height % multiple == 0 && width % multiple == 0) else {
      throw NetworkError.unsuitableScene(
        reason: "maps of \(width)×\(height), but width and height must be multiples of \(multiple) "
          + "for this network; resize them")
    }
    // Borders are mirrored: 3 pixels at the full size, 1 at the smallest.
    let reduced = (smallest + multiple - 1) / multiple
    guard smallest >> enhancers.count > 3, reduced > 1 else {
      throw NetworkError.unsuitableScene(
        reason: "maps of \(width)×\(height) are too small for this network, which makes them "
          + "\(multiple) times smaller")
    }
  }
}
