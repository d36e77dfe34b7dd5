import Checkpoints
import Editing
import Foundation
import Networks
import Tensors

/// StyleGAN1 and ProGAN: the official pickle and the genforce port of the same network.
///
/// Outputs are told by their names: `ws_psi0.7_cutoff8`, `img_psi1_lod1.25`, `img_lod0.75`,
/// `mix_ws`, `D_scores`, `D_labels`.
enum ProgressiveCase: ConformanceCase {
  /// Side of the pictures from which rounding in StyleGAN1 needs more room, and that tolerance.
  static let large = (side: 128, tolerance: Float(2e-4))

  static func recognizes(_ reference: ReferenceCase) -> Bool {
    let options = reference.description["static_kwargs"] as? [String: Any]
    return options?["fused_scale"] != nil && reference.has("network-final.pkl")
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let checkpoint = try Checkpoint(contentsOf: reference.url("network-final.pkl"))
    if reference.has("weights_tf_names.safetensors") {
      try compareWeights(
        checkpoint, try reference.checkpoint("weights_tf_names.safetensors"), report)
    }
    let network = try Generators.canonical(checkpoint)
    try work(network, reference, report, prefix: "").run()
    try compareAfterConversion(network, reference, report)
    let port = "genforce_generator.pth"
    guard reference.has(port) else { return }
    var ported = try Generators.canonical(Checkpoint(contentsOf: reference.url(port)))
    // The port's own file says nothing of fused layers, and the official code has them given.
    if ported.leavesFusedScaleOpen, let word = fusedScale(reference) {
      try ported.state(fusedScale: word)
    }
    try work(ported, reference, report, prefix: "port ").run()
  }

  private static func work(
    _ network: CanonicalNetwork, _ reference: ReferenceCase, _ report: ConformanceReport,
    prefix: String
  ) throws -> ProgressiveWork {
    ProgressiveWork(
      report: report, prefix: prefix, generator: try Generators.load(network),
      discriminator: try Generators.loadDiscriminator(network),
      inputs: try reference.checkpoint("inputs.safetensors"),
      outputs: try reference.checkpoint("outputs.safetensors"),
      intermediates: reference.has("intermediates.safetensors")
        ? try reference.checkpoint("intermediates.safetensors") : nil,
      description: reference.description)
  }

  /// `fused_scale` as the case was made with: true, false or `auto`.
  private static func fusedScale(_ reference: ReferenceCase) -> FusedScale? {
    let options = reference.description["static_kwargs"] as? [String: Any]
    if let word = options?["fused_scale"] as? String { return FusedScale(rawValue: word) }
    return (options?["fused_scale"] as? Bool).map { $0 ? .true : .false }
  }

  /// Every variable of the pickle against the reference copy, whose names have slashes for dots:
  /// equal to the bit.
  private static func compareWeights(
    _ checkpoint: Checkpoint, _ weights: Checkpoint, _ report: ConformanceReport
  ) throws {
    let names = Dictionary(
      checkpoint.names.map { ($0.replacingOccurrences(of: ".", with: "/"), $0) }
    ) { first, _ in first }
    let different = try weights.names.filter { name in
      guard let stored = try names[name].map({ try checkpoint.tensor($0) }) else { return true }
      return try stored.scalars.map(\.bitPattern) != weights.tensor(name).scalars.map(\.bitPattern)
    }
    report.expect(
      different.isEmpty, "weights",
      different.first.map { "\(different.count) differ, first \($0)" }
        ?? "\(weights.names.count) tensors equal to the bit")
  }

  /// The converted network gives the same picture, to the bit.
  private static func compareAfterConversion(
    _ network: CanonicalNetwork, _ reference: ReferenceCase, _ report: ConformanceReport
  ) throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("atelier-conformance-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try network.write(to: url)
    let converted = try Generators.canonical(Checkpoint(contentsOf: url))
    let pictures = try [network, converted].map {
      try work($0, reference, report, prefix: "").firstPicture()
    }
    report.expect(
      pictures[0].scalars.map(\.bitPattern) == pictures[1].scalars.map(\.bitPattern), "conversion",
      "the picture of the converted network")
  }
}
