import Checkpoints
import Tensors

extension StyleGAN2Layout {
  /// Checkpoints of rosinality/stylegan2-pytorch and of the many projects that build on it: a
  /// dictionary with `g_ema` (and perhaps `d`, `latent_avg`), or a bare state dictionary.
  static func rosinality(_ checkpoint: Checkpoint) throws -> StyleGAN2Layout? {
    let marker = "conv1.conv.modulation.weight"
    guard
      let prefix = ["g_ema.", "g.", "decoder.", ""]
        .first(where: { checkpoint.tensors[$0 + marker] != nil })
    else { return nil }
    var parameters: [String: Parameter] = [:]
    for (name, stored) in checkpoint.tensors where name.hasPrefix(prefix) {
      let local = String(name.dropFirst(prefix.count))
      if let renamed = generatorParameter(local, stored) {
        parameters[renamed.name] = renamed.value
      }
    }
    for (name, stored) in checkpoint.tensors where name.hasPrefix("d.") {
      if let renamed = discriminatorParameter(
        String(name.dropFirst(2)), stored, blocks: blockCount(checkpoint))
      {
        parameters[StyleGAN2Discriminator.prefix + renamed.name] = renamed.value
      }
    }
    if let mean = checkpoint.tensors["latent_avg"] {
      parameters["mapping.w_avg"] = Parameter(mean, shape: [mean.count])
    }
    return StyleGAN2Layout(parameters: parameters)
  }

  /// The number of residual blocks of the discriminator: `d.convs.1` … `d.convs.n`.
  private static func blockCount(_ checkpoint: Checkpoint) -> Int {
    (1..<20).prefix { checkpoint.tensors["d.convs.\($0).conv1.0.weight"] != nil }.count
  }

  /// `convs.5.conv.weight` → `synthesis.b32.conv1.weight`, and so on; `nil` for what nobody needs.
  private static func generatorParameter(
    _ name: String, _ stored: StoredTensor
  ) -> (name: String, value: Parameter)? {
    let parts = name.split(separator: ".").map(String.init)
    switch parts.first {
    case "style":
      guard parts.count == 3, let index = index(parts[1]) else { break }
      return ("mapping.fc\(index - 1).\(parts[2])", Parameter(stored))
    case "input":
      return ("synthesis.b4.const", Parameter(stored, droppingFirst: 1))
    case "conv1": return layerParameter("b4.conv1", Array(parts.dropFirst()), stored)
    case "to_rgb1": return layerParameter("b4.torgb", Array(parts.dropFirst()), stored)
    case "convs":
      guard parts.count > 2, let index = index(parts[1]) else { break }
      let layer = "b\(8 << (index / 2)).conv\(index % 2)"
      return layerParameter(layer, Array(parts.dropFirst(2)), stored)
    case "to_rgbs":
      guard parts.count > 2, let index = index(parts[1]) else { break }
      return layerParameter("b\(8 << index).torgb", Array(parts.dropFirst(2)), stored)
    case "noises":
      guard parts.count == 2, let index = index(parts[1].dropFirst("noise_".count)) else { break }
      let resolution = 4 << ((index + 1) / 2)
      let layer = index == 0 ? "b4.conv1" : "b\(resolution).conv\((index + 1) % 2)"
      return ("synthesis.\(layer).noise_const", Parameter(stored, droppingFirst: 2))
    default: break
    }
    return (name, Parameter(stored))
  }

  /// The number of a layer.
  private static func index(_ text: some StringProtocol) -> Int? {
    Int(text).flatMap { (0..<64).contains($0) ? $0 : nil }
  }

  /// The parameters of one styled layer.
  private static func layerParameter(
    _ layer: String, _ parts: [String], _ stored: StoredTensor
  ) -> (name: String, value: Parameter) {
    let prefix = "synthesis.\(layer)"
    switch parts.joined(separator: ".") {
    case "conv.weight": return ("\(prefix).weight", Parameter(stored, droppingFirst: 1))
    case "conv.modulation.weight": return ("\(prefix).affine.weight", Parameter(stored))
    case "conv.modulation.bias": return ("\(prefix).affine.bias", Parameter(stored))
    case "noise.weight": return ("\(prefix).noise_strength", Parameter(scalar: stored))
    case "activate.bias", "bias":
      return ("\(prefix).bias", Parameter(stored, shape: [stored.count]))
    // Blur kernels carry the gain 4 of their upsampling, which canonical filters do not.
    case "conv.blur.kernel": return ("\(prefix).resample_filter", Parameter(stored, gain: 0.25))
    case "upsample.kernel":
      let block = layer.prefix { $0 != "." }
      return ("synthesis.\(block).resample_filter", Parameter(stored, gain: 0.25))
    case let rest: return ("\(prefix).\(rest)", Parameter(stored))
    }
  }

  /// The discriminator's parameters: `convs.1` is the block of the full resolution.
  private static func discriminatorParameter(
    _ name: String, _ stored: StoredTensor, blocks: Int
  ) -> (name: String, value: Parameter)? {
    let parts = name.split(separator: ".").map(String.init)
    let kind = parts.last ?? ""
    switch parts.first {
    case "convs":
      guard parts.count > 2, let index = index(parts[1]) else { break }
      let block = "b\(4 << (blocks - max(index, 1) + 1))"
      if index == 0 { return ("\(block).fromrgb.\(kind)", Parameter(stored)) }
      let layer = ["conv1": "conv0", "conv2": "conv1", "skip": "skip"][parts[2]] ?? parts[2]
      let parameter = kind == "kernel" ? "resample_filter" : kind
      return ("\(block).\(layer).\(parameter)", Parameter(stored))
    case "final_conv": return ("b4.conv.\(kind)", Parameter(stored))
    case "final_linear":
      guard parts.count == 3 else { break }
      return ("b4.\(parts[1] == "0" ? "fc" : "out").\(kind)", Parameter(stored))
    default: break
    }
    return (name, Parameter(stored))
  }
}
