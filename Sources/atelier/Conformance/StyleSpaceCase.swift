import Checkpoints
import Foundation
import Networks
import Tensors

/// Styles as edit space: outputs of the affine layers, single channels moved, and statistics.
enum StyleSpaceCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    edits(reference)?.isEmpty == false && reference.weightCases.count == 1
  }

  /// One channel of one layer and what is added to it.
  private struct Edit {
    let layer: String
    let channel: Int
    let delta: Float
  }

  private static func edits(_ reference: ReferenceCase) -> [Edit]? {
    (reference.description["edits"] as? [[String: Any]])?.compactMap { edit in
      guard let layer = edit["layer"] as? String, let channel = edit["channel"] as? Int,
        let delta = edit["delta"] as? Double
      else { return nil }
      return Edit(layer: layer, channel: channel, delta: Float(delta))
    }
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let loaded = try Generators.load(reference.network(ofCase: reference.weightCases[0]))
    guard let generator = loaded as? any InspectableGenerator else {
      return report.fail("network", "this family does not show its styles")
    }
    let outputs = try reference.checkpoint("outputs.safetensors")
    let ws = try reference.checkpoint("inputs.safetensors").tensor("ws")
    let edits = edits(reference) ?? []
    let found = styles(generator, ws)
    let statistics = statistics(generator)
    for name in outputs.names.sorted() {
      let expected = try outputs.tensor(name)
      let layer = String(name.drop { $0 != "." }.dropFirst())
      let value: Tensor?
      switch name.prefix(while: { $0 != "." }) {
      case "style": value = found[layer]
      case "mean": value = statistics[layer]?.mean
      case "std": value = statistics[layer]?.deviation
      case "img_base": value = generator.synthesis(ws, SynthesisSettings())
      case "img_all": value = image(generator, ws, edits)
      case let text where text.hasPrefix("img_edit"):
        let index = Int(text.dropFirst("img_edit".count)) ?? -1
        value = edits.indices.contains(index) ? image(generator, ws, [edits[index]]) : nil
      default: value = nil
      }
      guard let value else {
        report.fail(name, "unsupported: nothing here knows what this output is")
        continue
      }
      report.compare(
        name, value, expected,
        relative: name.hasPrefix("img")
          ? GeneratorCase.imageTolerance : GeneratorCase.latentTolerance)
    }
  }

  private static func image(
    _ generator: any Generator, _ ws: Tensor, _ edits: [Edit]
  ) -> Tensor {
    var settings = SynthesisSettings()
    for edit in edits {
      guard let layer = generator.layers.first(where: { $0.name == edit.layer }),
        (0..<layer.inputChannels).contains(edit.channel)
      else { continue }
      var offset =
        settings.styleOffsets[edit.layer] ?? Tensor(zeros: [layer.inputChannels])
      offset.withUnsafeMutableBuffer { $0[edit.channel] += edit.delta }
      settings.styleOffsets[edit.layer] = offset
    }
    return generator.synthesis(ws, settings)
  }

  /// The outputs of the affine layers, by layer; those of toRGB without their 1/√channels.
  private static func styles(
    _ generator: any InspectableGenerator, _ ws: Tensor
  ) -> [String: Tensor] {
    let colours = Set(generator.layers.filter { $0.kind == .toRGB }.map(\.name))
    return Dictionary(
      uniqueKeysWithValues: generator.styles(ws).map { layer in
        let factor = colours.contains(layer.name) ? Float(layer.styles.shape[1]).squareRoot() : 1
        return (layer.name, layer.styles * factor)
      })
  }

  /// Mean and standard deviation (of the whole population) over `RandomState(9).randn(500, zDim)`.
  private static func statistics(
    _ generator: any InspectableGenerator
  ) -> [String: (mean: Tensor, deviation: Tensor)] {
    var random = RandomState(seed: 9)
    let z = random.randn([500, generator.size.zDim])
    let all = styles(generator, generator.broadcast(generator.mapping(z, label: nil)))
    return all.mapValues { styles in
      let mean = styles.meanOverFirstAxis()
      let (count, width) = (styles.shape[0], styles.shape[1])
      let values = styles.scalars, means = mean.scalars
      let deviations = (0..<width).map { channel in
        let sum = (0..<count).reduce(0.0) { sum, n in
          let difference = Double(values[n * width + channel]) - Double(means[channel])
          return sum + difference * difference
        }
        return Float((sum / Double(count)).squareRoot())
      }
      return (mean, Tensor(deviations, shape: [width]))
    }
  }
}
