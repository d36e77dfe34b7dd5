import Checkpoints

extension ProgressiveDiscriminatorConfiguration {
  /// What tells the discriminators of the families apart.
  enum Style {
    /// D_paper.
    case proGAN
    /// D_basic.
    case styleGAN1
  }

  /// The discriminator `D` of a TensorFlow pickle, whose parameters join `parameters`; `nil` if
  /// there is none.
  init?(
    tensorFlow checkpoint: Checkpoint, _ style: Style, into parameters: inout [String: Parameter]
  ) throws {
    let stored = checkpoint.tensors.filter { $0.key.hasPrefix("D.") }
    guard !stored.isEmpty else { return nil }
    let names = stored.keys.map { String($0.dropFirst(2)) }
    let side = TensorFlowScope.resolution(of: names)
    for (name, value) in stored {
      let (canonical, parameter) = Self.canonical(String(name.dropFirst(2)), value, side)
      parameters[ProgressiveDiscriminator.prefix + canonical] = parameter
    }
    let options = StatedOptions(checkpoint, "D")
    try options.require("use_wscale", "True")
    try options.require("nonlinearity", "lrelu")
    try options.require("blur_filter", "[1, 2, 1]")
    try options.require("dtype", "float32")
    try options.require("resolution", "\(side)")
    let isFixed = try options.choice(
      "structure",
      ["auto": false, "linear": false, "recursive": false, "None": false, "fixed": true])
    let shapes = ParameterShapes(
      parameters: parameters, prefix: ProgressiveDiscriminator.prefix)
    let levels = max(shapes.count(below: 20) { "b\(4 << $0).conv0.weight" }, 1)
    let inner = shapes.extent(("b4.conv.weight", 0), ("b4.conv.bias", 0))
    channels =
      [inner]
      + (1..<levels).map {
        shapes.extent(("b\(4 << $0).conv0.weight", 1), ("b\(4 << $0).conv0.bias", 0))
      }
    resolution = side
    imageChannels = shapes["b\(side).fromrgb.weight", 1] ?? 3
    features = shapes.extent(("b4.fc.weight", 0), ("b4.fc.bias", 0))
    let outputs = shapes.extent(("b4.out.weight", 0), ("b4.out.bias", 0))
    switch style {
    case .proGAN: classes = options["label_size"]?.integer ?? (outputs - 1)
    case .styleGAN1: classes = options["label_size"]?.integer ?? (outputs > 1 ? outputs : 0)
    }
    output = classes == 0 ? .logit : style == .proGAN ? .logitAndClasses : .logitByClass
    isGrowing = isFixed != true
    isBlurred = style == .styleGAN1
    averagesLast = style == .proGAN && names.contains { $0.hasSuffix("/Conv1/weight") }
    minibatchGroup = max(options["mbstd_group_size"]?.integer ?? 4, 1)
    minibatchFeatures = max((shapes["b4.conv.weight", 1] ?? inner) - inner, 0)
    try check(file: checkpoint.url.path)
  }

  /// `FromRGB_lod2/bias` → `b32.fromrgb.bias`, and so on; unknown names stay, to be reported.
  private static func canonical(
    _ name: String, _ stored: StoredTensor, _ side: Int
  ) -> (name: String, value: Parameter) {
    let scope = TensorFlowScope(name)
    if name == "lod" { return (name, Parameter(scalar: stored)) }
    if scope.parts.count == 2, let lod = scope.levelOfDetail("FromRGB") {
      return ("b\(side >> lod).fromrgb.\(scope.parts[1])", Parameter(tensorFlow: stored))
    }
    let layers = [
      "Conv0": "conv0", "Conv1": "conv1", "Conv1_down": "conv1", "Conv": "conv", "Dense0": "fc",
      "Dense1": "out",
    ]
    guard scope.parts.count == 3, let resolution = scope.resolution,
      let layer = layers[scope.parts[1]]
    else { return (name, Parameter(stored)) }
    return ("b\(resolution).\(layer).\(scope.parts[2])", Parameter(tensorFlow: stored))
  }
}
