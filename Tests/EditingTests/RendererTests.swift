import Checkpoints
import Editing
import Foundation
import Imaging
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Renderer")
struct RendererTests {
  let generator = SmallGenerator()
  let network = Digest(of: Data("a network".utf8))

  func plan(
    _ base: LatentSource, truncation: Truncation = .none, noise: NoiseSettings = .const,
    content: MemoryContent = MemoryContent(), classes: Int = 0, edits: [Edit] = []
  ) throws -> RenderPlan {
    var generator = generator
    generator.size.classes = classes
    let recipe = Recipe(
      network: network, base: base, edits: edits, truncation: truncation, noise: noise)
    return try Renderer(generator: generator, network: network, content: content).plan(recipe)
  }

  @Test(
    "A seed is NumPy's z through the mapping network, in every row",
    arguments: [0, 85, .max] as [UInt32])
  func seed(seed: UInt32) throws {
    #expect(try plan(.seed(seed)).ws.bits == generator.latent(seed: seed).bits)
  }

  @Test("Truncation applies to seeds and the mean, and to stored W only where it is asked for")
  func truncation() throws {
    var content = MemoryContent()
    let stored = content.add(Tensor([3, 4, 5], shape: [3]))
    let half = Truncation.psi(0.5)
    let w = generator.latent(seed: 85), mean = generator.meanLatent
    let seed = try plan(.seed(85), truncation: half).ws
    for row in 0..<6 {
      for i in 0..<3 { #expect(abs(seed[row, i] - (mean[i] + w[row, i]) / 2) < 1e-6) }
    }
    #expect(try plan(LatentSource(.mean), truncation: half).ws.row(5).scalars == mean.scalars)
    let kept = LatentSource(.latent(stored, .w))
    #expect(try plan(kept, truncation: half, content: content).ws.row(2).scalars == [3, 4, 5])
    let drawn = LatentSource(.latent(stored, .w), truncates: true)
    #expect(try plan(drawn, truncation: half, content: content).ws.row(2).scalars == [2, 1, 2.75])
    let free = LatentSource(.seed(85), truncates: false)
    #expect(try plan(free, truncation: half).ws.bits == w.bits)
    // Another centre, by digest.
    let away = Truncation(psi: LayerProfile(0), center: stored)
    #expect(try plan(.seed(85), truncation: away, content: content).ws.row(0).scalars == [3, 4, 5])
    #expect(try plan(.seed(85), truncation: .psi(0.5, cutoff: 2)).psi == [0.5, 0.5, 1, 1, 1, 1])
  }

  @Test("Stored latents in Z, W and W+")
  func stored() throws {
    var content = MemoryContent()
    let z = content.add(Tensor([1, 2, 3, 4], shape: [1, 4]))
    let plus = Tensor.sample([6, 3]), wPlus = content.add(plus.reshaped([1, 6, 3]))
    let fromZ = try plan(LatentSource(.latent(z, .z)), content: content).ws
    #expect(fromZ.row(3).scalars == [2, 4, 6])
    #expect(try plan(LatentSource(.latent(wPlus, .wPlus)), content: content).ws.bits == plus.bits)
    for space in LatentSpace.allCases {
      let wrong = LatentSource(.latent(space == .z ? wPlus : z, space))
      #expect {
        try plan(wrong, content: content)
      } throws: { error in
        guard case .wrongShape = error as? EditingError else { return false }
        return true
      }
    }
  }

  @Test("Ways: lerp goes in W+, slerp in Z")
  func between() throws {
    let (a, b) = (LatentSource.seed(1), LatentSource.seed(2))
    let lerp = try plan(LatentSource(.between(a, b, t: 0.25, .lerp))).ws
    let (wa, wb) = (generator.latent(seed: 1), generator.latent(seed: 2))
    #expect(relativeError(lerp, wa * 0.75 + wb * 0.25) < 1e-6)
    let slerp = try plan(LatentSource(.between(a, b, t: 0.25, .slerp))).ws
    func z(_ seed: UInt32) -> Tensor {
      var random = RandomState(seed: seed)
      return random.randn([4])
    }
    let middle = Interpolation.slerp(z(1), z(2), t: 0.25)
    for i in 0..<3 { #expect(abs(slerp[0, i] - 2 * middle[i]) < 1e-6) }
    #expect {
      try plan(LatentSource(.between(a, LatentSource(.mean), t: 0.5, .slerp)))
    } throws: {
      "\($0)".contains("lerp")
    }
  }

  @Test("Classes: one, a mix, none where one is needed, one where there are none")
  func labels() throws {
    let two = try plan(.seed(3, label: ClassLabel(2)), classes: 4).ws
    #expect(relativeError(two, generator.latent(seed: 3, label: 2)) < 1e-6)
    let mix = try ClassLabel(parsing: "1:0.5,3:0.5")
    let mixed = try plan(.seed(3, label: mix), classes: 4).ws
    #expect(relativeError(mixed, generator.latent(seed: 3, label: 2)) < 1e-6)
    for (label, classes) in [(nil, 4), (ClassLabel(4), 4), (ClassLabel(0), 0)]
      as [(ClassLabel?, Int)]
    {
      #expect {
        try plan(.seed(3, label: label), classes: classes)
      } throws: { error in
        guard case .labelMismatch = error as? EditingError else { return false }
        return true
      }
    }
  }

  @Test("Edits apply in order, switched-off ones not at all; mixed sources are truncated too")
  func edits() throws {
    var content = MemoryContent()
    let direction = content.add(Tensor([1, 1, 1], shape: [3]))
    let mix = Edit(MixOperation(with: .seed(2), layers: LayerSet(0..<3)))
    let move = Edit(MoveOperation(along: direction, by: 4, layers: LayerSet(0..<1)))
    func ws(_ edits: [Edit]) throws -> Tensor {
      try plan(.seed(1), truncation: .psi(0.5), content: content, edits: edits).ws
    }
    let (one, two) = (
      try plan(.seed(1), truncation: .psi(0.5)).ws, try plan(.seed(2), truncation: .psi(0.5)).ws
    )
    let mixedThenMoved = try ws([mix, move])
    #expect(mixedThenMoved.row(0).bits == (two.row(0) + Tensor(repeating: 4, shape: [3])).bits)
    #expect(mixedThenMoved.row(2).bits == two.row(2).bits)
    #expect(mixedThenMoved.row(3).bits == one.row(3).bits)
    #expect(try ws([move, mix]).row(0).bits == two.row(0).bits)
    var off = mix
    off.isEnabled = false
    #expect(try ws([off]).bits == one.bits)
    // What is switched off need not even be at hand.
    let lost = Edit(MoveOperation(along: Digest(of: Tensor(3)), by: 1), isEnabled: false)
    #expect(try ws([lost]).bits == one.bits)
  }

  @Test("A recipe for another network is refused")
  func wrongNetwork() throws {
    let other = Digest(of: Data("another".utf8))
    #expect(
      throws: EditingError.wrongNetwork(expected: other.description, found: network.description)
    ) {
      try Renderer(generator: generator, network: network)
        .plan(Recipe(network: other, base: .seed(1)))
    }
  }

  @Test("Noise: modes, and strengths by row")
  func noise() throws {
    let strength = try LayerProfile(parsing: "0-1:0.5")
    let plan = try plan(
      .seed(1), noise: NoiseSettings(mode: .random, seed: 7, strength: strength))
    #expect(plan.settings.noise.strength == [0.5, 0.5, 1, 1, 1, 1])
    guard case .random(7) = plan.settings.noise.source else {
      Issue.record("not random noise of seed 7")
      return
    }
    guard case .const = try self.plan(.seed(1)).settings.noise.source else {
      Issue.record("not the stored noise")
      return
    }
  }

  @Test("Level of detail and transform go to the synthesis as the recipe says")
  func settings() throws {
    let transform = InputTransform(x: 0.25, y: -0.5, rotate: 30)
    let recipe = Recipe(network: network, base: .seed(1), lod: 1.5, transform: transform)
    let settings = try Renderer(generator: generator, network: network).plan(recipe).settings
    #expect(settings.lod == 1.5 && settings.transform == transform)
    let plain = try plan(.seed(1)).settings
    #expect(plain.lod == nil && plain.transform == nil)
  }

  @Test("A picture is the synthesis of the plan; channels that PNG lacks are refused")
  func pictures() throws {
    let renderer = Renderer(generator: generator, network: network)
    let recipe = Recipe(network: network, base: .seed(4))
    let image = try renderer.render(recipe)
    let ws = try renderer.plan(recipe).ws.reshaped([1, 6, 3])
    #expect(image == Image(generator.synthesis(ws, noise: .const)))
    #expect(image.width == 6 && image.channels == 3)
    var two = generator
    two.size.imageChannels = 2
    #expect(throws: EditingError.self) {
      try Renderer(generator: two, network: network).render(recipe)
    }
  }

  @Test("Content in memory falls back to elsewhere")
  func content() throws {
    var below = MemoryContent()
    let digest = below.add(Tensor(5))
    let above = MemoryContent([:], fallback: below)
    #expect(try above.tensor(digest).scalar == 5)
    #expect(throws: EditingError.self) { try above.tensor(Digest(of: Tensor(6))) }
  }

  @Test("Latents from files: the only tensor, a usual name, a key; leading ones removed")
  func files() throws {
    try ReferenceData.withTemporaryFolder { folder in
      func read(_ tensors: [(name: String, tensor: Tensor)], key: String? = nil) throws -> Tensor {
        let url = folder.appendingPathComponent("latent")
        try Safetensors.write(tensors, to: url)
        return try LatentFile.read(url, key: key)
      }
      let w = Tensor.sample([1, 1, 6, 3]), other = Tensor.sample([3])
      #expect(try read([("anything", w)]).shape == [6, 3])
      #expect(try read([("a", other), ("w", w)]).bits == w.reshaped([6, 3]).bits)
      #expect(try read([("a", other), ("b", w)], key: "a").bits == other.bits)
      let number = try read([("a", Tensor.sample([1, 1]))])
      #expect(number.shape == [1])
      #expect(throws: EditingError.self) { try read([("a", other), ("b", w)]) }
      #expect(throws: EditingError.self) { try read([]) }
      #expect(throws: EditingError.self) { try read([("a", Tensor([1, .nan], shape: [2]))]) }
      #expect(throws: CheckpointError.self) { try read([("a", other)], key: "b") }
    }
  }
}
