import Checkpoints
import Foundation
import Networks
import Tensors

/// Generators of pix2pixHD and SPADE, with SPADE's encoder where a case has one.
enum SceneGeneratorCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    reference.has("latest_net_G.pth") && !reference.has("features.npy")
      && reference.has("outputs.safetensors")
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let scene = try SceneReference(reference, report)
    let files = reference.files.filter { $0.hasPrefix("latest_net_G.") }
    for file in files {
      let checkpoint = try Checkpoint(contentsOf: reference.url(file))
      report.pass(file, "read as \(checkpoint.format)")
      let network = try Scenes.canonical(checkpoint, options: scene.options)
      try NetworkFamilies.check(network)
      // The tensors of both files are equal, so only one needs to work.
      guard file.hasSuffix(".pth") else {
        try compare(network, with: reference, report)
        continue
      }
      var work = try Work(scene: scene, network: network)
      try work.run()
    }
  }

  /// Holds the tensors of a file against those of the official one.
  private static func compare(
    _ network: CanonicalNetwork, with reference: ReferenceCase, _ report: ConformanceReport
  ) throws {
    let official = try Checkpoint(contentsOf: reference.url("latest_net_G.pth"))
    var wrong = 0
    for name in official.names {
      let found = try network.parameters[name]?.tensor().scalars
      if try found != official.tensor(name).scalars { wrong += 1 }
    }
    report.expect(wrong == 0, "weights", "\(wrong) of \(official.names.count) tensors differ")
  }

  /// One network at work.
  private struct Work {
    let scene: SceneReference
    let network: CanonicalNetwork
    let generator: any SceneGenerator
    let maps: SceneInput
    private var found: [String: Tensor] = [:]

    init(scene: SceneReference, network: CanonicalNetwork) throws {
      self.scene = scene
      self.network = network
      generator = try Scenes.load(network)
      maps = try scene.maps()
    }

    mutating func run() throws {
      var seen: [String: Tensor] = [:]
      let style = try style(&seen)
      seen["generated"] = try generator.synthesis(maps, style: style) { seen["act.\($0)"] = $1 }
      found = seen
      for name in scene.outputs.names.sorted() { try compare(name) }
    }

    /// The features or the code that the case is drawn with; what is encoded on the way goes into
    /// `seen`.
    private func style(_ seen: inout [String: Tensor]) throws -> SceneStyle {
      let encoder = try Scenes.loadEncoder(network)
      let inputs = scene.inputs
      if generator.size.features > 0 {
        let features = try inputs.tensor("feat_map")
        if let encoder, let ids = try scene.integers("inst"),
          case .features(let raw) = try encoder.encode(inputs.tensor("image"))
        {
          let labels = try scene.integers("label")
          let regions = generator.size.featuresFollowLabels ? labels ?? ids : ids
          scene.report.compare(
            "feat_map from image", raw.averagedOverRegions([regions.values]), features,
            relative: SceneReference.activationTolerance)
        }
        return .features(features)
      }
      guard generator.size.codeWidth > 0 else { return .none }
      if let encoder, inputs.tensors["image"] != nil {
        for name in ["image", "image_small"] where inputs.tensors[name] != nil {
          let suffix = name == "image" ? "" : "_small"
          var layers: [String: Tensor] = [:]
          guard
            case .distribution(let mean, let logVariance) = try encoder.encode(
              inputs.tensor(name), observe: { layers["act.E.\($0)"] = $1 })
          else { continue }
          seen["mu\(suffix)"] = mean
          seen["logvar\(suffix)"] = logVariance
          if name == scene.reference.description["act_source"] as? String ?? "image" {
            seen.merge(layers) { $1 }
          }
        }
        if let mean = seen["mu"], let logVariance = seen["logvar"] {
          let z = SceneStyle.sampledCode(
            mean: mean, logVariance: logVariance, noise: try inputs.tensor("eps"))
          seen["z"] = z
          return .code(z)
        }
      }
      return .code(try inputs.tensor("z"))
    }

    private func compare(_ name: String) throws {
      let exact: Tensor?
      switch name {
      case "generated":
        return try scene.compare(
          name, found[name], relative: SceneReference.pictureTolerance)
      case "generated_u8_hwc":
        if let picture = found["generated"] { try scene.compareBytes(name, picture) }
        return
      case "kld_sum":
        guard let mean = found["mu"], let logVariance = found["logvar"] else { break }
        return try scene.compare(
          name,
          Double(SceneLosses.divergence(mean: mean, logVariance: logVariance).scalar))
      case _ where name.hasPrefix("folded."):
        let layer = name.dropFirst(7).dropLast(7)
        guard let weight = try network.parameters["\(layer).weight_orig"]?.tensor(),
          let u = try network.parameters["\(layer).weight_u"]?.tensor(),
          let v = try network.parameters["\(layer).weight_v"]?.tensor()
        else { break }
        return try scene.compare(
          name, SpectralNorm(weight: weight, u: u, v: v).folded, relative: 1e-5)
      default: break
      }
      exact = try exactOutput(name)
      if let exact { return try scene.compareExactly(name, exact) }
      try scene.compare(
        name, try pooledOutput(name) ?? found[name],
        relative: SceneReference.activationTolerance)
    }

    /// Maps, which must be equal.
    private func exactOutput(_ name: String) throws -> Tensor? {
      let size = generator.size
      let classes = size.semanticChannels - (size.usesInstances ? 1 : 0)
      switch name {
      case "edge_map":
        return maps.instances.map {
          SceneInput.edges($0, height: maps.height, width: maps.width)
        }
      case "input_label_onehot_u8":
        return try maps.semantics(size).channels(0..<classes)
      case _ where name.hasPrefix("segmap_"):
        let extent = String(name.split(separator: "_").last ?? "")
        guard let semantics = found["act.semantics.\(extent)"] else { return nil }
        return name.hasPrefix("segmap_edge")
          ? semantics.channels(classes..<classes + 1) : semantics.hottestChannels(classes)
      default: return nil
      }
    }

    /// Parts of the enhancers' input pyramid.
    private func pooledOutput(_ name: String) throws -> Tensor? {
      guard let pyramid = found["act.input.1"] else { return nil }
      let size = generator.size, semantic = size.semanticChannels
      switch name {
      case "edge_map_downsampled": return pyramid.channels(semantic - 1..<semantic)
      case "feat_map_downsampled": return pyramid.channels(semantic..<pyramid.shape[1])
      case _ where name.hasPrefix("onehot_downsampled_channel_"):
        guard let channel = name.split(separator: "_").last.flatMap({ Int($0) }),
          channel < semantic
        else { return nil }
        return pyramid.channels(channel..<channel + 1)
      default: return nil
      }
    }
  }
}
