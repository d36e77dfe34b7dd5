import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

/// Networks of official code against what that code computed. Tolerances are those that two
/// independent implementations of it differ by.
struct ReferenceNetwork {
  static let latentTolerance: Float = 1e-5
  static let imageTolerance: Float = 5e-5

  let generator: any Generator
  let discriminator: (any Discriminator)?
  let inputs: Checkpoint
  let outputs: Checkpoint
  let notes: [String: Any]

  init(_ folder: URL, checkpoint name: String? = nil) throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let file = try #require(name ?? files.first { $0.hasSuffix(".pkl") })
    let checkpoint = try Checkpoint(contentsOf: folder.appendingPathComponent(file))
    let network = try Generators.canonical(checkpoint)
    generator = try Generators.load(network)
    discriminator = try Generators.loadDiscriminator(network)
    inputs = try Checkpoint(contentsOf: folder.appendingPathComponent("inputs.safetensors"))
    outputs = try Checkpoint(contentsOf: folder.appendingPathComponent("outputs.safetensors"))
    let data = try Data(contentsOf: folder.appendingPathComponent("case.json"))
    notes = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  func label(_ count: Int) throws -> Tensor? {
    inputs.tensors["c"] == nil ? nil : try inputs.tensor("c").rows(0..<count)
  }

  /// W+ of the first `count` inputs with the truncation that an output's name states.
  func ws(_ name: String, count: Int) throws -> Tensor {
    let parts = name.split(separator: "_")
    let psi = parts.first { $0.hasPrefix("psi") }.flatMap { Float($0.dropFirst(3)) }
    let cutoff = parts.first { $0.hasPrefix("cutoff") }.flatMap { Int($0.dropFirst(6)) }
    let w = generator.mapping(try inputs.tensor("z").rows(0..<count), label: try label(count))
    return generator.truncated(generator.broadcast(w), psi: try #require(psi), cutoff: cutoff)
  }

  /// Compares every latent, picture, style and logit that the case holds; gives their number.
  func compareAll() throws -> Int {
    var compared = 0
    func expect(_ name: String, _ found: Tensor, tolerance: Float) throws {
      let error = try relativeError(found, outputs.tensor(name))
      #expect(error <= tolerance, "\(name): \(error)")
      compared += 1
    }
    for name in outputs.names where !name.hasSuffix("nhwc") && !name.hasPrefix("noise_reg") {
      let count = try #require(outputs.tensors[name]).shape[0]
      if name.hasPrefix("ws_") {
        try expect(name, ws(name, count: count), tolerance: Self.latentTolerance)
      } else if name.hasPrefix("img_") {
        let noise = name.hasSuffix("_none") ? NoiseInput.none : .const
        try expect(
          name, generator.synthesis(ws(name, count: count), noise: noise),
          tolerance: Self.imageTolerance)
      } else if name.hasPrefix("style.") {
        let inspectable = try #require(generator as? any InspectableGenerator)
        let layer = name.dropFirst("style.".count)
        let styles = try inspectable.styles(ws("psi0.7", count: count)).first { $0.name == layer }
        try expect(name, #require(styles).styles, tolerance: Self.latentTolerance)
      } else if name.hasPrefix("mix_") {
        let ws = try mixed()
        try expect(
          name, name == "mix_w" ? ws : generator.synthesis(ws, noise: .const),
          tolerance: name == "mix_w" ? Self.latentTolerance : Self.imageTolerance)
      } else {
        let image = outputs.names.contains("img_psi1_const") ? "img_psi1_const" : "img_psi0.8_const"
        let judge = try #require(discriminator)
        try expect(
          name, judge.logits(outputs.tensor(image).rows(0..<count), label: label(count)),
          tolerance: Self.imageTolerance)
      }
    }
    return compared
  }

  /// Style mixing of the seeds in case.json: rows of the column seeds take the place of the row
  /// seeds' own.
  private func mixed() throws -> Tensor {
    let mixing = try #require(notes["style_mixing"] as? [String: Any])
    let styles = try #require(mixing["col_styles"] as? [Int])
    let psi = Float(try #require(mixing["psi"] as? Double))
    let classes = generator.size.classes
    func latent(_ seed: Int) -> Tensor {
      var random = RandomState(seed: UInt32(seed))
      // Conditional cases were mixed with class 1.
      let label = Tensor((0..<classes).map { $0 == 1 ? 1 : 0 }, shape: [1, classes])
      let w = generator.mapping(
        random.randn([1, generator.size.zDim]), label: classes > 0 ? label : nil)
      return generator.truncated(generator.broadcast(w), psi: psi)
    }
    let rows = try #require(mixing["rows"] as? [Int]).map(latent)
    let columns = try #require(mixing["cols"] as? [Int]).map(latent)
    return Tensor.concatenated(
      rows.flatMap { row in
        columns.map { column in
          let picked = (0..<row.shape[1]).map {
            (styles.contains($0) ? column : row).row(0).rows($0..<$0 + 1)
          }
          return Tensor.concatenated(picked).reshaped(row.shape)
        }
      })
  }
}

@Suite("Reference networks")
struct ReferenceNetworkTests {
  @Test(
    "Official snapshots give the official latents, pictures, styles and logits",
    arguments: [("s2ada_orig", 19), ("s2ada_cond", 24), ("sg2_from_sg3repo", 3)])
  func fixtures(name: String, outputs: Int) throws {
    let network = try ReferenceNetwork(ReferenceData.fixture("networks/\(name)"))
    #expect(try network.compareAll() == outputs)
  }

  @Test(
    "So do the larger ones of the reference data",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)),
    arguments: ["s2ada_skip", "s2ada_resnet"])
  func shared(name: String) throws {
    let network = try ReferenceNetwork(try ReferenceData.shared("goldens/\(name)"))
    #expect(try network.compareAll() >= 20)
  }

  @Test("Sizes are those of the configuration", arguments: ["s2ada_orig", "s2ada_cond"])
  func sizes(name: String) throws {
    let network = try ReferenceNetwork(ReferenceData.fixture("networks/\(name)"))
    let arguments = try #require(network.notes["generator_init_kwargs"] as? [String: Any])
    let size = network.generator.size
    #expect(size.zDim == arguments["z_dim"] as? Int && size.wDim == arguments["w_dim"] as? Int)
    #expect(size.classes == arguments["c_dim"] as? Int)
    #expect(size.resolution == arguments["img_resolution"] as? Int)
    #expect(size.rows == network.notes["num_ws"] as? Int)
    let layout = try #require(network.notes["ws_layout"] as? [[String: Any]])
    let layers = network.generator.layers
    #expect(layers.map(\.name) == layout.map { $0["layer"] as? String })
    #expect(layers.map(\.row) == layout.map { $0["ws_index"] as? Int })
  }

  @Test("A rosinality checkpoint gives its pictures: W+, mixing, truncation and given noise")
  func rosinality() throws {
    let network = try ReferenceNetwork(
      ReferenceData.fixture("networks/rosinality_pt"), checkpoint: "checkpoint_zip.pt")
    let (generator, inputs, outputs) = (network.generator, network.inputs, network.outputs)
    func w(_ name: String) throws -> Tensor {
      generator.mapping(try inputs.tensor(name), label: nil)
    }
    func expect(_ name: String, _ found: Tensor, _ tolerance: Float) throws {
      let error = try relativeError(found, outputs.tensor(name))
      #expect(error <= tolerance, "\(name): \(error)")
    }
    let (latent, image) = (ReferenceNetwork.latentTolerance, ReferenceNetwork.imageTolerance)
    let ws = generator.broadcast(try w("z")), ws2 = generator.broadcast(try w("z2"))
    try expect("w", w("z"), latent)
    try expect("w2", w("z2"), latent)
    try expect("latents", ws, latent)
    try expect("img", generator.synthesis(ws, noise: .const), image)
    let short = generator.truncated(ws, psi: 0.7), short2 = generator.truncated(ws2, psi: 0.7)
    try expect("img_trunc", generator.synthesis(short, noise: .const), image)
    func mixed(_ a: Tensor, _ b: Tensor) -> Tensor {
      Tensor.concatenated(
        (0..<2).map { n in
          Tensor.concatenated([a.row(n).rows(0..<3), b.row(n).rows(3..<8)])
            .reshaped([1, 8, a.shape[2]])
        })
    }
    try expect("latents_mix", mixed(ws, ws2), latent)
    try expect("img_mix", generator.synthesis(mixed(ws, ws2), noise: .const), image)
    try expect("img_mix_trunc", generator.synthesis(mixed(short, short2), noise: .const), image)
    try expect(
      "img_from_w_plus", generator.synthesis(inputs.tensor("w_plus"), noise: .const), image)
    try expect("img_zero_noise", generator.synthesis(ws.rows(0..<2), noise: .none), image)
    let maps = try (0..<7).map { try inputs.tensor("noise_\($0)") }
    try expect(
      "img_explicit_noise", generator.synthesis(ws.rows(0..<2), noise: NoiseInput(.maps(maps))),
      image)
  }
}
