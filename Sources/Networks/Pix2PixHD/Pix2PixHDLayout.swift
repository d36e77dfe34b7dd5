import Tensors

/// What the shapes of a pix2pixHD checkpoint tell, completed by the options beside it.
struct Pix2PixHDLayout {
  let parameters: [String: Parameter]
  let options: SceneOptions
  let file: String

  private func shapes(_ prefix: String) -> ParameterShapes {
    ParameterShapes(parameters: parameters, prefix: prefix)
  }

  /// The whole configuration.
  func configuration() throws -> Pix2PixHDConfiguration {
    let shapes = shapes("")
    let encoder = encoder(), discriminator = try discriminator()
    let sequence = sequence("model.", shapes)
    let enhancers = shapes.count(below: 9) { "model\($0 + 1)_1.1.weight" }
    let finest = enhancers == 0 ? "model" : "model\(enhancers)_1"
    let last =
      enhancers == 0
      ? "model.\(sequence.next + 3 * sequence.up + 1).weight"
      : "model\(enhancers)_2.\(localBlocks(enhancers, shapes) + 4).weight"
    let inputs = shapes["\(finest).1.weight", 1] ?? 1
    var configuration = Pix2PixHDConfiguration(
      classes: 0, usesInstances: false, features: 0,
      featuresFollowLabels: try flag("label_feat") ?? false,
      imageChannels: shapes[last, 0] ?? 3, filters: shapes["\(finest).1.weight", 0] ?? 1,
      downsamplings: sequence.down, blocks: sequence.blocks, enhancers: enhancers,
      localBlocks: enhancers > 0 ? localBlocks(1, shapes) : 0, norm: norm(of: ""),
      encoder: encoder, discriminator: discriminator)
    try divide(inputs, of: &configuration)
    return configuration
  }

  /// The input channels as classes, borders and features: what options say first, then what encoder
  /// and discriminator tell, then the official defaults.
  private func divide(_ inputs: Int, of configuration: inout Pix2PixHDConfiguration) throws {
    let classes = try options.integer("label_nc", file: file)
    let withoutInstances = try flag("no_instance")
    let isFeatured = try flag("instance_feat").map { $0 || configuration.featuresFollowLabels }
    let width =
      isFeatured == false
      ? 0 : try configuration.encoder?.features ?? options.integer("feat_num", file: file) ?? 3
    // Semantics and a picture are what a discriminator sees.
    let semantics = configuration.discriminator.map { $0.inputs - configuration.imageChannels }
    var features = 0
    if let classes {
      let rest = inputs - (classes == 0 ? 3 : classes)
      let fits = rest == 1 || rest == 1 + width || (rest != width && rest > 0)
      let hasBorders = withoutInstances.map { !$0 } ?? fits
      features = rest - (hasBorders ? 1 : 0)
    } else if let semantics, semantics <= inputs {
      features = inputs - semantics
    } else if isFeatured == true || configuration.encoder != nil || 35 + 1 + width == inputs {
      // Without words, Cityscapes with features is the only official network of this kind.
      features = width
    }
    let rest = inputs - features
    configuration.features = max(features, 0)
    let isPicture = classes == 0 || (classes == nil && (rest == 3 || rest == 4))
    configuration.classes = isPicture ? 0 : classes ?? rest - (withoutInstances == true ? 0 : 1)
    configuration.usesInstances = rest > (isPicture ? 3 : configuration.classes)
    guard configuration.inputs == inputs, features <= 0 || isFeatured != false else {
      throw NetworkError.unsupportedOption(
        file: file, option: "label_nc, no_instance, feat_num",
        value: "\(classes ?? configuration.classes), \(withoutInstances ?? false), \(features)",
        supported: "options that make \(inputs) input channels; state them in opt.txt or with "
          + "--option")
    }
  }

  /// The encoder's options, `nil` if there is none.
  func encoder() -> Pix2PixHDConfiguration.Encoder? {
    let shapes = shapes(SceneParts.encoderPrefix)
    guard shapes.has("model.1.weight") else { return nil }
    let sequence = sequence("model.", shapes)
    return Pix2PixHDConfiguration.Encoder(
      filters: shapes["model.1.weight", 0] ?? 1, downsamplings: sequence.down,
      features: shapes["model.\(sequence.next + 3 * sequence.up + 1).weight", 0] ?? 1,
      imageChannels: shapes["model.1.weight", 1] ?? 3)
  }

  /// The discriminator's options, `nil` if there is none.
  func discriminator() throws -> Pix2PixHDConfiguration.Discriminator? {
    let shapes = shapes(SceneParts.discriminatorPrefix)
    let stores = shapes.has("scale0_layer0.0.weight")
    guard stores || shapes.has("layer0.0.weight") else { return nil }
    let first = stores ? "scale0_layer0.0.weight" : "layer0.0.weight"
    let layers =
      stores
      ? shapes.count(below: 20) { "scale0_layer\($0).0.weight" } - 2
        // Positions 0, 2, 5, 8 …: convolution, norm, activation.
      : (0..<20).prefix { shapes.has("layer0.\(3 * $0 + 2).weight") }.count - 1
    return Pix2PixHDConfiguration.Discriminator(
      inputs: shapes[first, 1] ?? 1, filters: shapes[first, 0] ?? 1, layers: max(layers, 1),
      scales: shapes.count(below: 17) {
        stores ? "scale\($0)_layer0.0.weight" : "layer\($0).0.weight"
      },
      storesLayers: stores, hasSigmoid: try flag("no_lsgan") ?? false)
  }

  /// Batch norm has parameters, instance norm none.
  func norm(of prefix: String) -> PlaneNorm.Kind {
    let shapes = shapes(prefix)
    let places = [
      "model.2.weight", "model.5.weight", "model1_1.2.weight", "scale0_layer1.1.weight",
      "layer0.3.weight",
    ]
    return places.contains { shapes.has($0) && shapes[$0, 1] == nil } ? .batch : .instance
  }

  private func flag(_ option: String) throws -> Bool? { try options.flag(option, file: file) }

  private func localBlocks(_ level: Int, _ shapes: ParameterShapes) -> Int {
    (0..<257).prefix { shapes.has("model\(level)_2.\($0).conv_block.1.weight") }.count
  }

  /// The parts of a sequence: strided convolutions, residual blocks from module `next` − blocks on,
  /// transposed convolutions from module `next` on.
  private func sequence(
    _ name: String, _ shapes: ParameterShapes
  ) -> (down: Int, blocks: Int, up: Int, next: Int) {
    func weight(_ index: Int) -> Shape? {
      guard let shape = parameters[shapes.prefix + "\(name)\(index).weight"]?.shape,
        shape.rank == 4,
        shape[2] == 3
      else { return nil }
      return shape
    }
    // Going down channels double, [2c, c]; so do those of transposed weights going up, [2c, c]. With
    // residual blocks between them the numbering breaks; without, half are on either side.
    let run = (0..<25).prefix { weight(4 + 3 * $0) != nil }.count
    let start = 4 + 3 * run
    let blocks = (0..<257).prefix { shapes.has("\(name)\(start + $0).conv_block.1.weight") }.count
    if blocks == 0 { return (run / 2, 0, run / 2, 4 + 3 * (run / 2)) }
    let next = start + blocks
    return (run, blocks, (0..<25).prefix { weight(next + 3 * $0) != nil }.count, next)
  }
}
