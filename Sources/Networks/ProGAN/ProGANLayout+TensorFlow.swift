import Checkpoints
import Tensors

extension ProGANLayout {
  /// The official pickles of tkarras/progressive_growing_of_gans; the averaged generator `Gs` is
  /// taken, else `G`.
  static func tensorFlow(_ checkpoint: Checkpoint) throws -> ProGANLayout? {
    guard
      let generator = ["Gs", "G"].first(where: { name in
        checkpoint.tensors["\(name).4x4/Dense/weight"] != nil
          || checkpoint.module(name)?.configuration["build_func_name"]?.string == "G_paper"
      })
    else { return nil }
    let names = checkpoint.names.filter { $0.hasPrefix(generator + ".") }
    let local = names.map { String($0.dropFirst(generator.count + 1)) }
    let side = TensorFlowScope.resolution(of: local)
    var parameters: [String: Parameter] = [:]
    for (name, local) in zip(names, local) {
      guard let stored = checkpoint.tensors[name] else { continue }
      let renamed = canonical(local, stored, side)
      parameters[renamed.name] = renamed.value
    }
    let options = StatedOptions(checkpoint, generator)
    for option in ["use_wscale", "use_pixelnorm", "use_leakyrelu"] {
      try options.require(option, "True")
    }
    try options.require("dtype", "float32")
    try options.require("structure", "None", "linear", "recursive")
    // The layers' names tell what `fused_scale` was.
    var layout = ProGANLayout(
      parameters: parameters, isFused: local.contains { $0.hasSuffix("/Conv0_up/weight") })
    layout.resolution = options["resolution"]?.integer
    layout.classes = options["label_size"]?.integer ?? 0
    layout.normalizesLatents =
      try options.choice("normalize_latents", ["True": true, "False": false]) ?? true
    layout.epsilon = try options.number("pixelnorm_epsilon") ?? layout.epsilon
    layout.discriminator = try ProgressiveDiscriminatorConfiguration(
      tensorFlow: checkpoint, .proGAN, into: &layout.parameters)
    return layout
  }

  /// `16x16/Conv0_up/weight` → `synthesis.b16.conv0.weight`, and so on; unknown names stay, to be
  /// reported.
  private static func canonical(
    _ name: String, _ stored: StoredTensor, _ side: Int
  ) -> (name: String, value: Parameter) {
    let scope = TensorFlowScope(name)
    if name == "lod" { return ("synthesis.lod", Parameter(scalar: stored)) }
    if scope.parts.count == 2, let lod = scope.levelOfDetail("ToRGB") {
      return ("synthesis.b\(side >> lod).torgb.\(scope.parts[1])", Parameter(tensorFlow: stored))
    }
    let layers = [
      "Dense": "dense", "Conv": "conv1", "Conv0": "conv0", "Conv0_up": "conv0", "Conv1": "conv1",
    ]
    guard scope.parts.count == 3, let resolution = scope.resolution,
      let layer = layers[scope.parts[1]]
    else { return (name, Parameter(stored)) }
    let target = "synthesis.b\(resolution).\(layer).\(scope.parts[2])"
    if scope.parts[1] == "Conv0_up", scope.parts[2] == "weight" {
      // Unlike all others stored as [h, w, out, in].
      return (target, Parameter(stored, permuting: [2, 3, 0, 1]))
    }
    return (target, Parameter(tensorFlow: stored))
  }
}
