import Checkpoints
import Tensors

extension StyleGAN1Layout {
  /// The official pickles of NVlabs/stylegan; the averaged generator `Gs` is taken, else `G`.
  static func tensorFlow(_ checkpoint: Checkpoint) throws -> StyleGAN1Layout? {
    guard
      let generator = ["Gs", "G"].first(where: { name in
        checkpoint.tensors["\(name).synthesis.4x4/Conv/StyleMod/weight"] != nil
          || checkpoint.module(name)?.configuration["build_func_name"]?.string == "G_style"
      })
    else { return nil }
    let prefix = generator + "."
    let names = checkpoint.names.filter { $0.hasPrefix(prefix) }
    let synthesis = prefix + "synthesis."
    let side = TensorFlowScope.resolution(
      of: names.filter { $0.hasPrefix(synthesis) }.map { String($0.dropFirst(synthesis.count)) })
    var parameters: [String: Parameter] = [:]
    for name in names {
      guard let stored = checkpoint.tensors[name],
        let renamed = canonical(String(name.dropFirst(prefix.count)), stored, side)
      else { continue }
      parameters[renamed.name] = renamed.value
    }
    // Running the whole generator sets the synthesis network's level of detail to its own.
    if let lod = checkpoint.tensors[prefix + "lod"] {
      parameters["synthesis.lod"] = Parameter(scalar: lod)
    }
    var layout = StyleGAN1Layout(parameters: parameters)
    try layout.readOptions(checkpoint, generator: generator)
    layout.discriminator = try ProgressiveDiscriminatorConfiguration(
      tensorFlow: checkpoint, .styleGAN1, into: &layout.parameters)
    return layout
  }

  /// Reads the options that change the picture; refuses what no released network uses.
  private mutating func readOptions(_ checkpoint: Checkpoint, generator: String) throws {
    let whole = StatedOptions(checkpoint, generator)
    let mapping = StatedOptions(checkpoint, "\(generator).mapping")
    let synthesis = StatedOptions(checkpoint, "\(generator).synthesis")
    for options in [mapping, synthesis] {
      try options.require("use_wscale", "True")
      try options.require("dtype", "float32")
    }
    try mapping.require("mapping_nonlinearity", "lrelu")
    try synthesis.require("use_styles", "True")
    try synthesis.require("const_input_layer", "True")
    try synthesis.require("nonlinearity", "lrelu")
    try synthesis.require("use_pixel_norm", "False")
    try synthesis.require("use_instance_norm", "True")
    try synthesis.require("blur_filter", "[1, 2, 1]")
    resolution = synthesis["resolution"]?.integer
    mappingMultiplier = try mapping.number("mapping_lrmul") ?? mappingMultiplier
    normalizesLatents =
      try mapping.choice("normalize_latents", ["True": nil, "False": false]) ?? nil
    usesNoise = try synthesis.choice("use_noise", ["True": true, "False": false]) ?? true
    fusedScale =
      try synthesis.choice(
        "fused_scale",
        ["True": StyleGAN1Configuration.FusedScale.always, "False": .never, "auto": .auto])
      ?? .auto
    isGrowing =
      try synthesis.choice(
        "structure", ["auto": true, "linear": true, "recursive": true, "fixed": false]) ?? true
    if whole["truncation_psi"] != nil { truncation.psi = try whole.number("truncation_psi") }
    if let cutoff = whole["truncation_cutoff"] { truncation.cutoff = cutoff.integer }
  }

  /// `synthesis.8x8/Conv0_up/StyleMod/bias` → `synthesis.b8.conv0.affine.bias`, and so on; unknown
  /// names stay, to be reported.
  private static func canonical(
    _ name: String, _ stored: StoredTensor, _ side: Int
  ) -> (name: String, value: Parameter)? {
    switch name {
    case "dlatent_avg": return ("mapping.w_avg", Parameter(stored))
    case "lod": return nil
    case "synthesis.lod": return (name, Parameter(scalar: stored))
    case "mapping.LabelConcat/weight":
      return ("mapping.embed.weight", Parameter(tensorFlow: stored))
    default: break
    }
    guard let dot = name.firstIndex(of: ".") else { return (name, Parameter(stored)) }
    let scope = TensorFlowScope(String(name[name.index(after: dot)...]))
    let last = scope.parts.last ?? ""
    if name.hasPrefix("mapping.Dense"), scope.parts.count == 2,
      let index = Int(scope.parts[0].dropFirst("Dense".count))
    {
      return ("mapping.fc\(index).\(last)", Parameter(tensorFlow: stored))
    }
    guard name.hasPrefix("synthesis.") else { return (name, Parameter(stored)) }
    if scope.parts.count == 1, last.hasPrefix("noise"), let index = Int(last.dropFirst(5)),
      let layer = layer(index)
    {
      return ("synthesis.\(layer).noise_const", Parameter(stored, droppingFirst: 2))
    }
    if scope.parts.count == 2, let lod = scope.levelOfDetail("ToRGB") {
      return ("synthesis.b\(side >> lod).torgb.\(last)", Parameter(tensorFlow: stored))
    }
    let layers = ["Const": "input", "Conv": "conv1", "Conv0_up": "conv0", "Conv1": "conv1"]
    guard let resolution = scope.resolution, scope.parts.count > 2,
      let layer = layers[scope.parts[1]]
    else { return (name, Parameter(stored)) }
    let prefix = "synthesis.b\(resolution).\(layer)"
    switch scope.parts.dropFirst(2).joined(separator: "/") {
    case "const": return ("\(prefix).const", Parameter(stored, droppingFirst: 1))
    case "Noise/weight": return ("\(prefix).noise_strength", Parameter(stored))
    case "StyleMod/weight": return ("\(prefix).affine.weight", Parameter(tensorFlow: stored))
    case "StyleMod/bias": return ("\(prefix).affine.bias", Parameter(stored))
    case "weight": return ("\(prefix).weight", Parameter(tensorFlow: stored))
    case "bias": return ("\(prefix).bias", Parameter(stored))
    default: return (name, Parameter(stored))
    }
  }

  /// The canonical name of layer `index`, counted as the official code does.
  static func layer(_ index: Int) -> String? {
    switch index {
    case 0: "b4.input"
    case 1: "b4.conv1"
    case 2..<40: "b\(4 << (index / 2)).conv\(index % 2)"
    default: nil
    }
  }
}
