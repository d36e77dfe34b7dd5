import Checkpoints
import Editing
import Foundation
import Networks
import Tensors

extension GeneratorCase {
  static let gradientTolerance: Float = 1e-4

  /// `gradients.safetensors`: loss = mean (synthesis(mapping(z)) − target)², and its gradients with
  /// respect to z, W+ and every parameter, called `grad.<name>`.
  static func compareGradients(
    _ network: CanonicalNetwork, _ gradients: Checkpoint, inputs: Checkpoint,
    _ report: ConformanceReport
  ) throws {
    let target = try gradients.tensor("target"), count = target.shape[0]
    let z = try (gradients.tensors["z"] ?? inputs.tensors["z"])?.tensor().rows(0..<count)
    guard let z else { return report.fail("gradients", "no z") }
    let label = try ["c", "labels"].lazy.compactMap { inputs.tensors[$0] }.first?.tensor()
      .rows(0..<count)
    let names = gradients.names.filter { $0.hasPrefix("grad.") }.map { String($0.dropFirst(5)) }
      .sorted()
    var tracked: [String: Tensor] = [:]
    for name in names {
      if let parameter = network.parameters[name] {
        tracked[name] = try parameter.tensor().tracked()
      } else if name != "z", name != "ws" {
        report.fail("grad.\(name)", "the network has no such parameter")
      }
    }
    let generator = try Generators.load(network.replacing(tracked))
    let start = z.tracked()
    let ws = generator.broadcast(generator.mapping(start, label: label))
    let image = generator.synthesis(ws, noise: .const)
    let loss = (image - target).squared().mean()
    tracked["z"] = start
    tracked["ws"] = ws
    let wanted = names.filter { tracked[$0] != nil }
    let found = gradient(of: loss, withRespectTo: wanted.compactMap { tracked[$0] })
    if let expected = gradients.tensors["image"] {
      report.compare(
        "gradients.image", image.detached, try expected.tensor(), relative: imageTolerance)
    }
    if let expected = gradients.tensors["loss"] {
      report.compare(
        "gradients.loss", loss.detached.reshaped(expected.shape), try expected.tensor(),
        relative: latentTolerance)
    }
    for (name, value) in zip(wanted, found) {
      report.compare(gradient: "grad.\(name)", value, try gradients.tensor("grad.\(name)"))
    }
  }
}

extension GeneratorCase.Work {
  /// `noise_reg`, the projector's regulariser of the stored maps, and `noise_reg_grad.<map>`.
  func compareNoiseRegularizer(_ name: String, _ expected: Tensor) throws {
    let maps = generator.noiseMaps().map { ($0.name, $0.map.tracked()) }
    let value = NoiseRegularizer.value(maps.map(\.1))
    if name == "noise_reg" {
      return report.compare(
        name, value.detached.reshaped(expected.shape), expected,
        relative: GeneratorCase.latentTolerance)
    }
    let layer = name.dropFirst("noise_reg_grad.".count).replacing(".noise_const", with: "")
    guard let map = maps.first(where: { $0.0 == layer })?.1 else {
      return report.fail(name, "no such noise map")
    }
    report.compare(gradient: name, gradient(of: value, withRespectTo: [map])[0], expected)
  }
}

extension ConformanceReport {
  /// Compares a gradient with its reference; the tolerance is a share of the largest element, of
  /// this gradient or of the set that it belongs to.
  func compare(
    gradient what: String, _ found: Tensor, _ expected: Tensor, largest: Float? = nil,
    relative: Float = GeneratorCase.gradientTolerance
  ) {
    guard found.count == expected.count else {
      return fail(what, "shape \(found.shape) instead of \(expected.shape)")
    }
    let error = (found.reshaped(expected.shape) - expected).largestMagnitude
    let tolerance = relative * (largest ?? expected.largestMagnitude)
    expect(
      error <= tolerance, what,
      "largest error \(Self.short(error)), tolerance \(Self.short(tolerance))")
  }
}
