import Checkpoints
import Tensors

extension ProGANLayout {
  /// State dictionaries of the PyTorch ports of genforce (sefa, interfacegan, genforce).
  ///
  /// They do not say whether up-convolutions are fused. Fused weights are stored as
  /// `[in, out, h, w]`, which shows where the numbers of channels differ; without such a layer they
  /// are taken as unfused, the port's default. A label is part of z.
  static func genforce(_ checkpoint: Checkpoint) throws -> ProGANLayout? {
    guard
      let prefix = ["generator_smooth.", "generator.", ""].first(where: { prefix in
        guard let first = checkpoint.tensors[prefix + "layer0.weight"]?.shape else { return false }
        return first.rank == 4 && first[2] == 4 && first[3] == 4
          && ["layer1.weight", "output0.weight"].allSatisfy {
            checkpoint.tensors[prefix + $0] != nil
          }
      })
    else { return nil }
    let isFused = (1..<20).contains { block in
      let name = "\(prefix)layer\(2 * block)"
      guard let weight = checkpoint.tensors[name + ".weight"]?.shape, weight.rank == 4,
        let bias = checkpoint.tensors[name + ".bias"]
      else { return false }
      return weight[0] != bias.count && weight[1] == bias.count
    }
    var parameters: [String: Parameter] = [:]
    for (name, stored) in checkpoint.tensors where name.hasPrefix(prefix) {
      let renamed = canonical(String(name.dropFirst(prefix.count)), stored, isFused: isFused)
      parameters[renamed.name] = renamed.value
    }
    return ProGANLayout(parameters: parameters, isFused: isFused)
  }

  /// `layer5.weight` → `synthesis.b16.conv1.weight`, and so on; unknown names stay, to be reported.
  private static func canonical(
    _ name: String, _ stored: StoredTensor, isFused: Bool
  ) -> (name: String, value: Parameter) {
    let parts = name.split(separator: ".").map(String.init)
    if name == "lod" { return ("synthesis.lod", Parameter(scalar: stored)) }
    guard parts.count == 2 else { return (name, Parameter(stored)) }
    if name == "layer0.weight" {
      return ("synthesis.b4.dense.weight", Parameter(denseOfConvolution: stored))
    }
    if parts[0].hasPrefix("output"), let level = Int(parts[0].dropFirst(6)),
      (0..<20).contains(level)
    {
      return ("synthesis.b\(4 << level).torgb.\(parts[1])", Parameter(stored))
    }
    guard parts[0].hasPrefix("layer"), let index = Int(parts[0].dropFirst(5)),
      (0..<40).contains(index)
    else { return (name, Parameter(stored)) }
    let layer =
      index < 2 ? ["b4.dense", "b4.conv1"][index] : "b\(4 << (index / 2)).conv\(index % 2)"
    let isSwapped = isFused && parts[1] == "weight" && index > 1 && index % 2 == 0
    return (
      "synthesis.\(layer).\(parts[1])",
      isSwapped ? Parameter(stored, permuting: [1, 0, 2, 3]) : Parameter(stored)
    )
  }
}

extension Parameter {
  /// A 4×4 convolution of one pixel `[C, in, 4, 4]` as the dense layer that it is: `[16·C, in]`.
  fileprivate init(denseOfConvolution stored: StoredTensor) {
    let (outputs, inputs) = (stored.shape[0], stored.shape[1])
    self.init(shape: [outputs * 16, inputs]) {
      // The padded pixel meets the kernel from its far corner.
      try stored.tensor().flippedKernels().permuted([0, 2, 3, 1]).reshaped([outputs * 16, inputs])
    }
  }
}
