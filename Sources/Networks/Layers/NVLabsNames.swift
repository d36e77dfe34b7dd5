import Checkpoints

/// The networks of a snapshot of NVLabs' PyTorch repositories, whose names are the canonical ones.
struct NVLabsNames {
  /// The generator's name in the file: the averaged `G_ema`, else `G`; empty where plain tensors
  /// leave it out.
  let network: String
  /// The generator's parameters, and the discriminator's under its canonical prefix.
  let parameters: [String: Parameter]

  /// The networks of a checkpoint whose generator has the tensor `marker`; `nil` for others.
  init?(_ checkpoint: Checkpoint, marker: String) {
    guard
      let prefix = ["G_ema.", "G.", ""].first(where: { checkpoint.tensors[$0 + marker] != nil })
    else { return nil }
    var parameters: [String: Parameter] = [:]
    for (name, stored) in checkpoint.tensors {
      if name.hasPrefix("D.") {
        parameters[StyleGAN2Discriminator.prefix + name.dropFirst(2)] = Parameter(stored)
      } else if name.hasPrefix(prefix) {
        parameters[String(name.dropFirst(prefix.count))] = Parameter(stored)
      }
    }
    network = String(prefix.dropLast())
    self.parameters = parameters
  }
}
