import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

/// A StyleGAN1 or ProGAN network in a file, and what a reference implementation made of it.
struct ProgressiveReference {
  let network: CanonicalNetwork
  let generator: any Generator
  let inputs: Checkpoint
  let outputs: Checkpoint

  init(_ folder: URL, checkpoint name: String = "network-final.pkl") throws {
    network = try Generators.canonical(
      Checkpoint(contentsOf: folder.appendingPathComponent(name)))
    generator = try Generators.load(network)
    inputs = try Checkpoint(contentsOf: folder.appendingPathComponent("inputs.safetensors"))
    outputs = try Checkpoint(contentsOf: folder.appendingPathComponent("outputs.safetensors"))
  }

  /// The labels, if the case has any.
  func label() throws -> Tensor? {
    inputs.tensors["labels"] == nil ? nil : try inputs.tensor("labels")
  }

  /// W+ of all inputs, not truncated.
  func ws() throws -> Tensor {
    generator.broadcast(generator.mapping(try inputs.tensor("z"), label: try label()))
  }

  /// Compares latents, pictures at every level of detail, and judgements; gives their number.
  func compareAll() throws -> Int {
    var compared = 0
    let discriminator = try Generators.loadDiscriminator(network)
    let images = try outputs.tensor(outputs.tensors["img"] == nil ? "img_psi1" : "img")
    let isLarge = network.family == "StyleGAN1" && generator.size.resolution >= 128
    for name in outputs.names where !name.hasPrefix("mix_") {
      let expected = try outputs.tensor(name)
      let number = { (word: String) in
        name.split(separator: "_").first { $0.hasPrefix(word) }
          .flatMap { Float($0.dropFirst(word.count)) }
      }
      var tolerance: Float = isLarge ? 2e-4 : 5e-5
      let found: Tensor?
      if name == "D_scores" {
        found = try discriminator?.logits(images, label: label())
      } else if name == "D_labels" {
        found = discriminator?.classScores(images)
      } else {
        let ws = generator.truncated(
          try ws(), psi: number("psi") ?? 1, cutoff: number("cutoff").map { Int($0) })
        if name.hasPrefix("ws_") {
          tolerance = 1e-5
          found = ws
        } else {
          found = generator.synthesis(ws, SynthesisSettings(lod: number("lod")))
        }
      }
      // The ports are generators alone.
      guard let found else {
        #expect(discriminator == nil, "\(name)")
        continue
      }
      let error = relativeError(found, expected)
      #expect(error <= tolerance, "\(name): \(error)")
      compared += 1
    }
    return compared
  }

  /// The network after a conversion to canonical safetensors.
  func converted() throws -> any Generator {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("network.safetensors")
      try network.write(to: url)
      return try Generators.load(Checkpoint(contentsOf: url))
    }
  }
}
