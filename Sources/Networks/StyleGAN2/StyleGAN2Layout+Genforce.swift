import Checkpoints
import Tensors

extension StyleGAN2Layout {
  /// State dictionaries of the PyTorch ports of genforce (sefa, genforce) in the architectures that
  /// work there, `skip` and `origin`, alone or with the discriminator beside them.
  ///
  /// Names and orientations follow `models/stylegan2_generator.py` of genforce/sefa (commit 69467f2)
  /// and its own table of TensorFlow names: weights lie as in TensorFlow, so those of
  /// up-convolutions are flipped, and styles vary around 0. Its `resnet` cannot be built: the skip
  /// layers take the names of others.
  static func genforce(_ checkpoint: Checkpoint) throws -> StyleGAN2Layout? {
    let marker = "synthesis.layer0.style.weight"
    guard
      let prefix = ["generator_smooth.", "generator.", ""].first(where: {
        checkpoint.tensors[$0 + marker] != nil
          && checkpoint.tensors[$0 + "synthesis.early_layer.const"] != nil
      })
    else { return nil }
    var layout = StyleGAN2Layout(parameters: [:])
    for (name, stored) in checkpoint.tensors where name.hasPrefix(prefix) {
      let renamed = genforceParameter(String(name.dropFirst(prefix.count)), stored)
      layout.parameters[renamed.name] = renamed.value
    }
    // One filter upsamples the pictures of all blocks.
    if let filter = layout.parameters.removeValue(forKey: "synthesis.upsample.kernel") {
      for level in 1..<20 where layout.parameters["synthesis.b\(4 << level).conv1.weight"] != nil {
        layout.parameters["synthesis.b\(4 << level).resample_filter"] = filter
      }
    }
    if layout.parameters["mapping.embed.weight"] != nil {
      layout.options.normalizesLabelWithLatent = true
    }
    return layout
  }

  /// `synthesis.layer5.noise` → `synthesis.b32.conv0.noise_const`, and so on; unknown names stay, to
  /// be reported.
  private static func genforceParameter(
    _ name: String, _ stored: StoredTensor
  ) -> (name: String, value: Parameter) {
    let parts = name.split(separator: ".").map(String.init)
    switch name {
    case "mapping.label_weight":
      return ("mapping.embed.weight", Parameter(stored, permuting: [1, 0]))
    case "truncation.w_avg": return ("mapping.w_avg", Parameter(stored))
    case "synthesis.early_layer.const":
      return ("synthesis.b4.const", Parameter(stored, droppingFirst: 1))
    case "synthesis.upsample.kernel": return (name, Parameter(kernelOf: stored))
    default: break
    }
    if parts.count == 3, parts[0] == "mapping", let index = number(parts[1], after: "dense") {
      return ("mapping.fc\(index).\(parts[2])", Parameter(stored))
    }
    guard parts.count > 2, parts[0] == "synthesis" else { return (name, Parameter(stored)) }
    let layer: String
    if let index = number(parts[1], after: "layer") {
      layer = "synthesis.b\(4 << ((index + 1) / 2)).conv\(index == 0 ? 1 : (index + 1) % 2)"
    } else if let level = number(parts[1], after: "output"), level < 20 {
      layer = "synthesis.b\(4 << level).torgb"
    } else {
      return (name, Parameter(stored))
    }
    switch parts.dropFirst(2).joined(separator: ".") {
    case "weight":
      return ("\(layer).weight", Parameter(stored, flipping: layer.hasSuffix(".conv0")))
    case "bias": return ("\(layer).bias", Parameter(stored))
    case "style.weight": return ("\(layer).affine.weight", Parameter(stored))
    case "style.bias": return ("\(layer).affine.bias", Parameter(stored, adding: 1))
    case "noise": return ("\(layer).noise_const", Parameter(stored, droppingFirst: 2))
    case "noise_strength": return ("\(layer).noise_strength", Parameter(scalar: stored))
    case "filter.kernel": return ("\(layer).resample_filter", Parameter(kernelOf: stored))
    default: return (name, Parameter(stored))
    }
  }

  /// The small number that follows `word`.
  private static func number(_ text: String, after word: String) -> Int? {
    guard text.hasPrefix(word), let number = Int(text.dropFirst(word.count)),
      (0..<40).contains(number)
    else { return nil }
    return number
  }
}

extension Parameter {
  /// The kernel `[1, 1, k, k]` of an upsampling, which has its gain of 4 included.
  fileprivate init(kernelOf stored: StoredTensor) {
    let dimensions = stored.shape.dimensions
    let isPlain = dimensions.count == 4 && dimensions.prefix(2) == [1, 1]
    self.init(
      stored, shape: isPlain ? Shape(Array(dimensions.suffix(2))) : stored.shape, gain: 0.25)
  }
}
