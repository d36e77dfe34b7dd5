import Tensors

/// SPADE's generator (Park et al., arXiv 1903.07291, section 3): blocks that double the size, each
/// told by the semantics what is where; it begins with the smallest semantics, or with a code.
struct SPADEGenerator: SceneGenerator {
  let family = SPADEFamily.name
  let size: SceneSize
  private let options: SPADEConfiguration
  private let first: First
  private let blocks: [SPADEBlock]
  private let colours: NormalizedConvolution

  /// How the generator begins.
  private enum First: Sendable {
    case semantics(NormalizedConvolution)
    case code(weight: Tensor, bias: Tensor)
  }

  /// The generator of a canonical network.
  init(_ network: CanonicalNetwork, _ options: SPADEConfiguration) throws {
    var reader = ParameterReader(network)
    self.options = options
    size = options.size
    let n = options.filters
    if options.codeWidth > 0 {
      let outputs = 16 * n * options.start.height * options.start.width
      first = .code(
        weight: try reader.take("fc.weight", [outputs, options.codeWidth]),
        bias: try reader.take("fc.bias", [outputs]))
    } else {
      first = .semantics(
        try NormalizedConvolution(
          &reader, "fc", inputs: options.semanticChannels, outputs: 16 * n, kernel: 3,
          border: .zeros(1)))
    }
    var widths = [
      ("head_0", 16, 16), ("G_middle_0", 16, 16), ("G_middle_1", 16, 16), ("up_0", 16, 8),
      ("up_1", 8, 4), ("up_2", 4, 2), ("up_3", 2, 1),
    ].map { (name: $0.0, inputs: $0.1 * n, outputs: $0.2 * n) }
    if options.depth == .most { widths.append((name: "up_4", inputs: n, outputs: n / 2)) }
    blocks = try widths.map {
      try SPADEBlock(&reader, $0.name, inputs: $0.inputs, outputs: $0.outputs, options)
    }
    colours = try NormalizedConvolution(
      &reader, "conv_img", inputs: options.depth == .most ? n / 2 : n,
      outputs: options.imageChannels, kernel: 3, border: .zeros(1))
    try reader.finish { name in
      name.hasPrefix(SceneParts.encoderPrefix) || name.hasPrefix(SceneParts.discriminatorPrefix)
    }
  }

  /// The layers, coarse to fine.
  var layers: [SceneLayer] {
    let first = SceneLayer(
      name: "fc", kind: options.codeWidth > 0 ? "linear" : "convolution",
      inputChannels: options.codeWidth > 0 ? options.codeWidth : options.semanticChannels,
      outputChannels: 16 * options.filters)
    let middle = blocks.map {
      SceneLayer(
        name: $0.name, kind: "residual", inputChannels: $0.inputs, outputChannels: $0.outputs)
    }
    let last = SceneLayer(
      name: "conv_img", kind: "colours", inputChannels: blocks.last?.outputs ?? 0,
      outputChannels: options.imageChannels)
    return [first] + middle + [last]
  }

  /// Whether the size doubles before the block of this number.
  private func doubles(before block: Int) -> Bool {
    // head_0 and, in the smallest form, G_middle_1 keep the size.
    block != 0 && (block != 2 || options.depth != .normal)
  }

  /// The picture of a scene.
  func synthesis(
    _ maps: SceneInput, style: SceneStyle, norms: NormStatistics?, observe: SceneObserver?
  ) throws -> Tensor {
    let extent = options.extent
    guard maps.height == extent.height, maps.width == extent.width else {
      throw NetworkError.unsuitableScene(
        reason: "maps of \(maps.width)×\(maps.height), but this network paints "
          + "\(extent.width)×\(extent.height); resize them")
    }
    let semantics = try maps.semantics(size)
    return picture(semantics, code: try code(style), norms: norms, observe)
  }

  private func code(_ style: SceneStyle) throws -> Tensor? {
    switch style {
    case .none where options.codeWidth == 0: return nil
    case .none:
      throw NetworkError.unsuitableScene(
        reason: "this network starts from a code of \(options.codeWidth) numbers")
    case .code(let code) where code.shape == [1, options.codeWidth]: return code
    case .code(let code):
      throw NetworkError.unsuitableScene(
        reason: options.codeWidth == 0
          ? "this network takes no code"
          : "a code of shape \(code.shape) for [1, \(options.codeWidth)]")
    case .features:
      throw NetworkError.unsuitableScene(reason: "this network takes no features of instances")
    }
  }

  func pictures(_ semantics: Tensor, style: Tensor?) -> Tensor {
    precondition(
      semantics.shape[1] == size.semanticChannels && (style?.shape[1] ?? 0) == size.codeWidth,
      "semantics \(semantics.shape) and a code \(style?.shape.description ?? "none")")
    return picture(semantics, code: style, norms: nil, nil)
  }

  /// The picture of semantics `[N, channels, H, W]`, with a code `[N, codeWidth]` if the network
  /// begins with one.
  private func picture(
    _ semantics: Tensor, code: Tensor?, norms: NormStatistics?, _ observe: SceneObserver?
  ) -> Tensor {
    let start = options.start
    var y: Tensor
    switch first {
    case .semantics(let convolution):
      y = convolution(semantics.nearestResized(height: start.height, width: start.width))
      observe?("fc", y)
    case .code(let weight, let bias):
      let z = code ?? Tensor(zeros: [semantics.shape[0], options.codeWidth])
      let flat = z.linear(weight, epilogue: Epilogue(bias: bias))
      observe?("fc", flat)
      y = flat.reshaped([flat.shape[0], 16 * options.filters, start.height, start.width])
    }
    var smaller = semantics
    for (index, block) in blocks.enumerated() {
      if doubles(before: index) {
        y = y.nearestResized(height: 2 * y.shape[2], width: 2 * y.shape[3])
      }
      if smaller.shape[2] != y.shape[2] || smaller.shape[3] != y.shape[3] {
        smaller = semantics.nearestResized(height: y.shape[2], width: y.shape[3])
        observe?("semantics.\(y.shape[2])x\(y.shape[3])", smaller)
      }
      y = block(y, smaller, norms: norms, observe: observe)
    }
    y = colours(y.biasAct(Epilogue(activation: .lrelu, gain: 1)))
    observe?("conv_img", y)
    return y.biasAct(Epilogue(activation: .tanh))
  }
}
