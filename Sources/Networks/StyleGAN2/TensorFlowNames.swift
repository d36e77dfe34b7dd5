import Checkpoints
import Tensors

/// The names of StyleGAN2 variables in TensorFlow, and what becomes of them.
struct TensorFlowNames {
  /// The number of resolutions above 4×4.
  let levels: Int

  /// A canonical parameter; `nil` for what nobody needs.
  typealias Renamed = (name: String, value: Parameter)?

  /// A variable of the generator: `synthesis/8x8/Conv0_up/weight` → `synthesis.b8.conv0.weight`.
  func generator(_ parts: [String], _ stored: StoredTensor) -> Renamed {
    let name = parts.joined(separator: ".")
    switch (parts[0], parts.count) {
    case ("dlatent_avg", 1): return ("mapping.w_avg", Parameter(stored))
    case ("lod", 1): return nil
    case ("mapping", 3): return mapping(parts[1], parts[2], stored) ?? (name, Parameter(stored))
    case ("synthesis", 2) where parts[1] == "lod":
      return ("synthesis.lod", Parameter(scalar: stored))
    case ("synthesis", 2) where parts[1].hasPrefix("noise"):
      guard let index = Int(parts[1].dropFirst("noise".count)), (0..<64).contains(index),
        stored.shape.rank == 4
      else { break }
      let layer = index == 0 ? "b4.conv1" : "b\(8 << ((index - 1) / 2)).conv\((index - 1) % 2)"
      let map = Shape(Array(stored.shape.dimensions.suffix(2)))
      let isOne = map.count == stored.count
      return (
        "synthesis.\(layer).noise_const", Parameter(stored, shape: isOne ? map : stored.shape)
      )
    case ("synthesis", 3):
      guard let level = level(in: parts[1], after: "ToRGB_lod") else { break }
      return layer("synthesis.b\((4 << levels) >> level).torgb", parts[2], stored)
    case ("synthesis", 4):
      guard let block = block(parts[1]) else { break }
      switch (parts[2], parts[3]) {
      case ("Const", "const"):
        let channels = Shape(Array(stored.shape.dimensions.dropFirst()))
        let isOne = channels.count == stored.count
        return ("synthesis.b4.const", Parameter(stored, shape: isOne ? channels : stored.shape))
      case ("Conv0_up", let kind):
        return layer("synthesis.\(block).conv0", kind, stored, isFlipped: true)
      case ("Conv", let kind), ("Conv1", let kind):
        return layer("synthesis.\(block).conv1", kind, stored)
      case ("Skip", let kind): return layer("synthesis.\(block).skip", kind, stored)
      case ("ToRGB", let kind): return layer("synthesis.\(block).torgb", kind, stored)
      default: break
      }
    default: break
    }
    return (name, Parameter(stored))
  }

  /// A variable of the discriminator: `8x8/Conv1_down/weight` → `b8.conv1.weight`.
  func discriminator(_ parts: [String], _ stored: StoredTensor) -> Renamed {
    let kind = parts[parts.count - 1]
    switch (parts[0], parts.count) {
    case ("lod", 1): return ("lod", Parameter(scalar: stored))
    case ("Output", 2): return dense("b4.out", kind, stored)
    case ("LabelEmbed", 2): return dense("mapping.embed", kind, stored)
    case (let first, 2):
      if let index = level(in: first, after: "Mapping") {
        return dense("mapping.fc\(index)", kind, stored)
      }
      if let level = level(in: first, after: "FromRGB_lod") {
        return layer("b\((4 << levels) >> level).fromrgb", kind, stored)
      }
    case (let first, 3):
      guard let block = block(first) else { break }
      let names = [
        "FromRGB": "fromrgb", "Conv0": "conv0", "Conv1_down": "conv1", "Skip": "skip",
        "Conv": "conv",
      ]
      if parts[1] == "Dense0" { return dense("\(block).fc", kind, stored) }
      if let name = names[parts[1]] { return layer("\(block).\(name)", kind, stored) }
    default: break
    }
    return (parts.joined(separator: "."), Parameter(stored))
  }

  /// `Dense3`, `LabelConcat` and `LabelEmbed` of the mapping network.
  private func mapping(_ name: String, _ kind: String, _ stored: StoredTensor) -> Renamed {
    if name == "LabelConcat" || name == "LabelEmbed" { return dense("mapping.embed", kind, stored) }
    return level(in: name, after: "Dense").flatMap { dense("mapping.fc\($0)", kind, stored) }
  }

  private func dense(_ name: String, _ kind: String, _ stored: StoredTensor) -> Renamed {
    ("\(name).\(kind)", kind == "weight" ? Parameter(tensorFlowDense: stored) : Parameter(stored))
  }

  /// A parameter of a convolution, styled or not.
  private func layer(
    _ name: String, _ kind: String, _ stored: StoredTensor, isFlipped: Bool = false
  ) -> Renamed {
    switch kind {
    case "weight":
      return ("\(name).weight", Parameter(tensorFlowKernel: stored, isFlipped: isFlipped))
    case "mod_weight": return ("\(name).affine.weight", Parameter(tensorFlowDense: stored))
    // Stored styles vary around 0, canonical ones around 1.
    case "mod_bias": return ("\(name).affine.bias", Parameter(stored, adding: 1))
    case "noise_strength": return ("\(name).noise_strength", Parameter(scalar: stored))
    default: return ("\(name).\(kind)", Parameter(stored))
    }
  }

  /// `16x16` → `b16`.
  private func block(_ name: String) -> String? {
    let sides = name.split(separator: "x")
    guard sides.count == 2, sides[0] == sides[1], let side = Int(sides[0]), side > 0 else {
      return nil
    }
    return "b\(side)"
  }

  /// The small number that follows `prefix`.
  private func level(in name: String, after prefix: String) -> Int? {
    guard name.hasPrefix(prefix), let level = Int(name.dropFirst(prefix.count)),
      (0..<64).contains(level)
    else { return nil }
    return level
  }
}
