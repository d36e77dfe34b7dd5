import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Networks that paint label maps")
struct SceneNetworkTests {
  static let cases = [
    "pix2pixhd_global_a", "pix2pixhd_local_a", "spade_generator_a", "spade_generator_batch_a",
    "spade_generator_instance_a", "spade_generator_more_vae_a",
  ]

  @Test(
    "Official checkpoints paint the reference pictures, and so do their conversions",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)),
    arguments: cases)
  func reference(_ name: String) throws {
    let folder = try ReferenceData.shared("goldens/\(name)")
    let inputs = try Checkpoint(contentsOf: folder.appendingPathComponent("inputs.safetensors"))
    let outputs = try Checkpoint(contentsOf: folder.appendingPathComponent("outputs.safetensors"))
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.appendingPathComponent("case.json")))
    let stated = (json as? [String: Any])?["options"] as? [String: Any] ?? [:]
    let network = try Scenes.canonical(
      Checkpoint(contentsOf: folder.appendingPathComponent("latest_net_G.pth")),
      options: SceneOptions(object: stated))
    let label = try #require(inputs.tensors["label"])
    func integers(_ stored: StoredTensor) throws -> [Int32] {
      try stored.integers().map(Int32.init)
    }
    let maps = SceneInput(
      height: label.shape[0], width: label.shape[1], labels: try integers(label),
      instances: try inputs.tensors["inst"].map(integers))
    let style: SceneStyle =
      inputs.tensors["feat_map"] != nil
      ? .features(try inputs.tensor("feat_map"))
      : inputs.tensors["z"] != nil ? .code(try inputs.tensor("z")) : .none
    let picture = try Scenes.load(network).synthesis(maps, style: style)
    let expected = try outputs.tensor("generated")
    #expect((picture - expected).largestMagnitude <= 1e-4)
    try ReferenceData.withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("converted.safetensors")
      try network.write(to: file)
      let converted = try NetworkFamilies.canonical(Checkpoint(contentsOf: file))
      #expect(converted.configuration == network.configuration)
      let again = try Scenes.load(converted).synthesis(maps, style: style)
      #expect(again.bits == picture.bits)
      #expect(try (Scenes.loadEncoder(converted) != nil) == (Scenes.loadEncoder(network) != nil))
    }
  }

  /// Small networks of every form.
  static let forms: [(family: String, options: [String: String])] = [
    ("Pix2PixHD", [:]), ("Pix2PixHD", ["no_instance": "True", "D": "True", "n_layers_D": "2"]),
    ("Pix2PixHD", ["instance_feat": "False", "label_nc": "0"]),
    ("Pix2PixHD", ["instance_feat": "False", "label_nc": "0", "no_instance": "True"]),
    ("Pix2PixHD", ["label_feat": "True", "feat_num": "5", "num_D": "3", "D": "True"]),
    ("Pix2PixHD", ["netG": "local", "n_local_enhancers": "1"]),
    ("Pix2PixHD", ["netG": "local", "n_local_enhancers": "3", "n_blocks_local": "1"]),
    ("Pix2PixHD", ["norm": "batch", "D": "True", "no_ganFeat_loss": "True", "no_lsgan": "True"]),
    ("Pix2PixHD", ["n_blocks_global": "1", "n_downsample_global": "1", "n_downsample_E": "2"]),
    ("SPADE", [:]), ("SPADE", ["use_vae": "True", "crop_size": "256", "D": "True"]),
    ("SPADE", ["norm_G": "spadeinstance5x5", "no_instance": "True"]),
    ("SPADE", ["norm_G": "spectralspadebatch1x1", "contain_dontcare_label": "False"]),
    ("SPADE", ["num_upsampling_layers": "more", "aspect_ratio": "2", "crop_size": "128"]),
    (
      "SPADE",
      ["num_upsampling_layers": "most", "crop_size": "128", "use_vae": "True", "z_dim": "16"]
    ),
  ]

  private static func network(
    _ form: (family: String, options: [String: String]), seed: UInt32 = 1
  ) throws -> (network: CanonicalNetwork, options: SceneOptions) {
    let small: [String: String] =
      form.family == "SPADE"
      ? ["ngf": "2", "label_nc": "4", "crop_size": "64", "ndf": "4"]
      : [
        "ngf": "2", "nef": "2", "ndf": "3", "label_nc": "6", "n_downsample_global": "2",
        "n_blocks_global": "2", "n_blocks_local": "2",
      ]
    let options = SceneOptions(small).overridden(by: SceneOptions(form.options))
    let family = try #require(Scenes.families.first { $0.name == form.family })
    return (try family.random(options, seed: seed), options)
  }

  @Test(
    "The files that the official scripts save tell the network that they hold", arguments: forms)
  func detection(_ form: (family: String, options: [String: String])) throws {
    let (network, options) = try Self.network(form)
    try ReferenceData.withTemporaryFolder { folder in
      var parts: [String: [(String, Tensor)]] = [:]
      for (name, parameter) in network.parameters.sorted(by: { $0.key < $1.key }) {
        let tensor = try parameter.tensor()
        if name.hasPrefix("encoder.") {
          parts["E", default: []].append((String(name.dropFirst(8)), tensor))
        } else if name.hasPrefix("discriminator.") {
          parts["D", default: []].append((String(name.dropFirst(14)), tensor))
        } else {
          parts["G", default: []].append((name, tensor))
        }
      }
      for (letter, tensors) in parts {
        try Safetensors.write(
          tensors, metadata: [:],
          to: folder.appendingPathComponent("latest_net_\(letter).safetensors"))
      }
      let lines = options.values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      try (["----- Options -----"] + lines + ["----- End -----"]).joined(separator: "\n")
        .write(to: folder.appendingPathComponent("opt.txt"), atomically: true, encoding: .utf8)
      let file = try #require(Scenes.generatorFile(in: folder))
      let found = try NetworkFamilies.canonical(Checkpoint(contentsOf: file))
      #expect(found.family == form.family)
      #expect(found.configuration == network.configuration)
      try NetworkFamilies.check(found)
    }
  }

  /// Maps and a style for a network.
  private static func scene(_ size: SceneSize) -> (maps: SceneInput, style: SceneStyle) {
    let (height, width) = (size.fixedSize?.height ?? 64, size.fixedSize?.width ?? 64)
    let labels = (0..<height * width).map { Int32($0 / 7 % max(size.classes, 1)) }
    let maps =
      size.classes == 0
      ? SceneInput(picture: Tensor.sample([1, 3, height, width]), instances: labels)
      : SceneInput(height: height, width: width, labels: labels, instances: labels)
    let style: SceneStyle =
      size.features > 0
      ? .features(Tensor.sample([1, size.features, height, width]))
      : size.codeWidth > 0 ? .code(Tensor.sample([1, size.codeWidth])) : .none
    return (maps, style)
  }

  @Test("A seed draws one network, which paints maps of its classes", arguments: forms)
  func painting(_ form: (family: String, options: [String: String])) throws {
    let (network, _) = try Self.network(form)
    let again = try Self.network(form).network
    for (name, parameter) in network.parameters {
      #expect(try parameter.tensor().bits == again.parameters[name]?.tensor().bits, "\(name)")
    }
    let generator = try Scenes.load(network), size = generator.size
    let (maps, style) = Self.scene(size)
    let picture = try generator.synthesis(maps, style: style)
    #expect(picture.shape == [1, 3, maps.height, maps.width])
    #expect(picture.largestMagnitude <= 1 && picture.largestMagnitude > 0)
    let judge = try Scenes.loadDiscriminator(network)
    let input = Tensor.concatenatedChannels([try maps.semantics(size), picture])
    for scale in judge?.features(input) ?? [] { #expect(scale.last?.shape[1] == 1) }
    if size.classes > 0 {
      var strange = maps
      strange.labels[5] = 200
      #expect(throws: NetworkError.self) { try generator.synthesis(strange, style: style) }
    }
    #expect(throws: NetworkError.self) {
      try generator.synthesis(
        SceneInput(height: 6, width: 6, labels: [Int32](repeating: 0, count: 36)), style: style)
    }
  }

  @Test("Held at their own scene, norms paint what they paint freely", arguments: forms)
  func holding(_ form: (family: String, options: [String: String])) throws {
    let generator = try Scenes.load(Self.network(form).network), size = generator.size
    let (maps, style) = Self.scene(size)
    let free = try generator.synthesis(maps, style: style)
    let held = try generator.synthesis(maps, style: style, holding: (maps, style))
    #expect((held - free).largestMagnitude < 1e-4)
  }

  @Test("With held norms a change of style ends at the receptive field; freely it does not")
  func locality() throws {
    let (network, _) = try Self.network(
      ("Pix2PixHD", ["n_downsample_global": "1", "n_blocks_global": "1"]))
    let generator = try Scenes.load(network), size = generator.size
    let (height, width, column) = (16, 96, 40)
    let labels = (0..<height * width).map { Int32($0 % width / 24) }
    let maps = SceneInput(height: height, width: width, labels: labels, instances: labels)
    let before = Tensor.sample([1, size.features, height, width])
    var after = before
    after.withUnsafeMutableBuffer { values in
      for i in values.indices where i % width == column { values[i] += 2 }
    }
    let first = try generator.synthesis(maps, style: .features(before))
    let free = try generator.synthesis(maps, style: .features(after))
    let held = try generator.synthesis(
      maps, style: .features(after), holding: (maps, .features(before)))
    // 7×7 at both ends: 3 each; at half the size one cell up, two in the block, one down: 8.
    let reach = 3 + 3 + 8
    func far(_ picture: Tensor) -> Float {
      let change = (picture - first).magnitude().scalars
      return change.indices.reduce(0) {
        abs($1 % width - column) > reach ? max($0, change[$1]) : $0
      }
    }
    #expect(far(held) < 1e-5)
    #expect(far(free) > 1e-3)
    #expect((held - first).largestMagnitude > 0.01)
  }

  @Test("A network that paints maps is refused where a latent is needed, and the other way round")
  func kinds() throws {
    let (network, _) = try Self.network(Self.forms[0])
    #expect(throws: NetworkError.self) { try Generators.load(network) }
    let file = ReferenceData.fixture("networks/sg3_t/network-snapshot-000500.pkl")
    let latent = try NetworkFamilies.canonical(Checkpoint(contentsOf: file))
    #expect(throws: NetworkError.self) { try Scenes.load(latent) }
  }

  @Test("Spectral norm divides by the largest singular value once its vectors have settled")
  func spectralNorm() throws {
    // Singular values 3, 2, 1 in turned coordinates.
    let c = cos(0.4), s = sin(0.4)
    let rows: [[Double]] = [[3 * c, -2 * s, 0], [3 * s, 2 * c, 0], [0, 0, 1]]
    var norm = SpectralNorm(
      weight: Tensor(rows.joined().map { Float($0) }, shape: [3, 3]),
      u: Tensor([0.6, 0.6, 0.5], shape: [3]), v: Tensor([0.5, 0.6, 0.6], shape: [3]))
    for _ in 0..<60 { norm.iterate() }
    #expect(abs(norm.sigma - 3) < 1e-5)
    #expect(relativeError(norm.folded * 3, norm.weight) < 1e-6)
  }

  @Test("Options are read as both projects write them, and as JSON")
  func options() throws {
    let text = """
      ------------ Options -------------
      label_nc: 35
      no_instance: False
                      crop_size: 512                           \t[default: 256]
      ---------------- End -------------
      """
    let options = SceneOptions(text: text)
    #expect(options.values == ["label_nc": "35", "no_instance": "False", "crop_size": "512"])
    let object = try JSONSerialization.jsonObject(
      with: Data(#"{"label_nc": 35, "no_instance": false, "aspect_ratio": 1.5}"#.utf8))
    let json = SceneOptions(object: try #require(object as? [String: Any]))
    #expect(json.values == ["label_nc": "35", "no_instance": "False", "aspect_ratio": "1.5"])
  }
}
