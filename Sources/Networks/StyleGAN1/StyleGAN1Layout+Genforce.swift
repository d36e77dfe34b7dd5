import Checkpoints
import Tensors

extension StyleGAN1Layout {
  /// State dictionaries of the PyTorch ports of genforce (sefa, interfacegan, genforce), alone or
  /// with the discriminator beside them.
  ///
  /// They do not say whether up-convolutions are fused; `auto` is what official networks use, and
  /// ``CanonicalNetwork/state(fusedScale:)`` says otherwise.
  static func genforce(_ checkpoint: Checkpoint) throws -> StyleGAN1Layout? {
    let marker = "synthesis.layer0.style.weight"
    guard
      let prefix = ["generator_smooth.", "generator.", ""].first(where: {
        checkpoint.tensors[$0 + marker] != nil
          && checkpoint.tensors[$0 + "synthesis.layer0.const"] != nil
      })
    else { return nil }
    var parameters: [String: Parameter] = [:]
    for (name, stored) in checkpoint.tensors where name.hasPrefix(prefix) {
      let local = String(name.dropFirst(prefix.count))
      if let renamed = canonical(local, stored) { parameters[renamed.name] = renamed.value }
    }
    var layout = StyleGAN1Layout(parameters: parameters)
    layout.isFusedScaleAssumed = true
    return layout
  }

  /// `synthesis.layer5.apply_noise.noise` → `synthesis.b16.conv1.noise_const`, and so on; `nil` for
  /// what nobody needs; unknown names stay, to be reported.
  private static func canonical(
    _ name: String, _ stored: StoredTensor
  ) -> (name: String, value: Parameter)? {
    let parts = name.split(separator: ".").map(String.init)
    switch name {
    case "mapping.label_weight":
      return ("mapping.embed.weight", Parameter(stored, permuting: [1, 0]))
    case "truncation.w_avg":
      let last = stored.shape.rank > 0 ? stored.shape[-1] : 0
      return (
        "mapping.w_avg", last == stored.count ? Parameter(stored, shape: [last]) : Parameter(stored)
      )
    case "synthesis.lod": return (name, Parameter(scalar: stored))
    default: break
    }
    if parts.count == 3, parts[0] == "mapping", parts[1].hasPrefix("dense"),
      let index = Int(parts[1].dropFirst(5))
    {
      return ("mapping.fc\(index).\(parts[2])", Parameter(stored))
    }
    guard parts.count > 2, parts[0] == "synthesis" else { return (name, Parameter(stored)) }
    if parts[1].hasPrefix("output"), let index = Int(parts[1].dropFirst(6)),
      (0..<20).contains(index)
    {
      return ("synthesis.b\(4 << index).torgb.\(parts[2])", Parameter(stored))
    }
    guard parts[1].hasPrefix("layer"), let index = Int(parts[1].dropFirst(5)),
      let layer = layer(index)
    else { return (name, Parameter(stored)) }
    let target = "synthesis.\(layer)"
    switch parts.dropFirst(2).joined(separator: ".") {
    case "const": return ("\(target).const", Parameter(stored, droppingFirst: 1))
    case "weight", "bias": return ("\(target).\(parts[2])", Parameter(stored))
    case "apply_noise.weight": return ("\(target).noise_strength", Parameter(stored))
    case "apply_noise.noise":
      return ("\(target).noise_const", Parameter(stored, droppingFirst: 2))
    case "style.weight", "style.bias": return ("\(target).affine.\(parts[3])", Parameter(stored))
    // Always [1, 2, 1].
    case "blur.kernel": return nil
    default: return (name, Parameter(stored))
    }
  }
}
