import Checkpoints
import Editing
import Foundation
import Imaging
import Networks
import Tensors
import TestSupport
import Testing

/// Recipes whose base was inverted with noise maps and tuned weights, on a network of 64 pixels.
@Suite("What belongs to an inverted latent")
struct LatentCompanionTests {
  private let network: CanonicalNetwork
  private let generator: any Generator
  private let digest = Digest(of: Data("a network".utf8))
  private var content = MemoryContent()
  private let latent: Digest
  private let tuning: Digest
  private let noise: Digest
  private let changed: [String: Tensor]
  private let maps: [Tensor]

  init() throws {
    network = try Generators.canonical(
      Checkpoint(contentsOf: ReferenceData.fixture("commands/small.pkl")))
    generator = try Generators.load(network)
    let shapes = generator.noiseMaps().map(\.map.shape)
    maps = shapes.enumerated().map { .sample($1, seed: UInt64($0 + 1)) }
    // Halves have few digits: rounding leaves them alone.
    var changed: [String: Tensor] = [:]
    for (index, name) in WeightTuning.names(of: network).enumerated() {
      guard let shape = network.parameters[name]?.shape else { continue }
      changed[name] = Tensor(repeating: index % 2 == 0 ? 0.0625 : -0.03125, shape: shape)
    }
    self.changed = changed
    latent = content.add(generator.meanLatent + 0.1)
    tuning = content.add(WeightTuning.joined(changed, of: network))
    noise = content.add(NoiseMaps.joined(maps))
  }

  private func recipe(_ companions: LatentCompanions) -> Recipe {
    Recipe(
      network: digest, base: LatentSource(.latent(latent, .w), companions: companions))
  }

  private func renderer(_ content: MemoryContent? = nil) -> Renderer {
    Renderer(
      generator: generator, network: digest, content: content ?? self.content,
      cache: ActivationCache(bytes: 1 << 26), tunings: TunedGenerators(network))
  }

  private var ws: Tensor {
    generator.broadcast((generator.meanLatent + 0.1).reshaped([1, generator.size.wDim]))
  }

  @Test("A recipe draws with the tuned weights and the noise maps of its base")
  func drawing() throws {
    let renderer = renderer()
    let tuned = try Generators.load(network.adding(changed))
    let given = NoiseInput(
      .maps(maps.map { $0.reshaped([1, 1, $0.shape[-2], $0.shape[-1]]) }))
    let plain = try renderer.render(recipe(.none)).pixels
    let cases: [(LatentCompanions, any Generator, NoiseInput)] = [
      (.init(tuning: tuning), tuned, .const), (.init(noise: noise), generator, given),
      (.init(tuning: tuning, noise: noise), tuned, given), (.none, generator, .const),
    ]
    for (companions, generator, noise) in cases {
      let drawn = try renderer.render(recipe(companions)).pixels
      #expect(drawn == Image(generator.synthesis(ws, noise: noise)).pixels, "\(companions)")
      #expect((drawn == plain) == (companions == .none))
    }
    // Noise that the recipe asks for itself goes first.
    var random = recipe(.init(noise: noise))
    random.noise = NoiseSettings(mode: .none)
    #expect(
      try renderer.render(random).pixels == Image(generator.synthesis(ws, noise: .none)).pixels)
  }

  @Test(
    "They are part of the recipe's text and of what it names, and latents without stay as they were"
  )
  func text() throws {
    let whole = recipe(.init(tuning: tuning, noise: noise))
    #expect(whole.tensors == [latent, tuning, noise])
    let json = try whole.canonicalJSON()
    #expect(try Recipe(json: json) == whole)
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.contains(#""noise":"\#(noise)","space":"W","tuning":"\#(tuning)""#))
    let plain = String(decoding: try recipe(.none).canonicalJSON(), as: UTF8.self)
    #expect(plain.contains(#""base":{"latent":"\#(latent)","space":"W"}"#))
    #expect(whole.base.plain == recipe(.none).base)
    let mixed = LatentSource(.between(whole.base, .seed(1), t: 0.5, .lerp))
    #expect(mixed.tensors == [latent, tuning, noise])
  }

  @Test("A picture carries them, and reopens with them")
  func document() throws {
    let document = try PictureDocument(
      name: "me", network: .init(digest: digest, family: "StyleGAN2", name: "small"),
      recipe: recipe(.init(tuning: tuning, noise: noise)), content: content)
    let texts = try document.texts(
      plan: nil, pixels: Digest(of: Data()), engine: "a test")
    // Other programs refuse texts of more than a megabyte.
    #expect(texts.allSatisfy { $0.text.utf8.count < 1_000_000 })
    let parts = texts.filter { $0.keyword == "atelier:content" }
    #expect(parts.contains { $0.text.hasPrefix("\(tuning) 1/") && $0.text.contains(" bf16 ") })
    for damage in [
      texts.filter { !$0.text.hasPrefix("\(tuning) 1/") },
      texts.map { text in
        var text = text
        if text.keyword == "atelier:content" {
          text.text = text.text.replacing(" bf16 ", with: " f32 ")
        }
        return text
      },
    ] where parts.count > 1 || damage.count == texts.count {
      #expect(throws: EditingError.self) {
        let read = try PictureDocument(texts: damage)
        _ = try renderer(MemoryContent(read?.tensors ?? [:])).plan(recipe(.init(tuning: tuning)))
      }
    }
    let read = try #require(try PictureDocument(texts: texts))
    let again = try renderer(MemoryContent(read.tensors)).render(#require(read.recipe))
    #expect(try again.pixels == renderer().render(#require(document.recipe)).pixels)
  }

  @Test("Those of another network, and renderers without tuned weights, are refused")
  func refusals() throws {
    var content = content
    let odd = content.add(Tensor(zeros: [17]))
    for companions in [LatentCompanions(tuning: odd), LatentCompanions(noise: odd)] {
      #expect(throws: EditingError.self) { try renderer(content).plan(recipe(companions)) }
    }
    let bare = Renderer(generator: generator, network: digest, content: content)
    #expect(throws: EditingError.self) { try bare.plan(recipe(.init(tuning: tuning))) }
  }

  @Test(
    "A stored difference has 8 significant bits, rounded to the nearest, and comes back by name")
  func rounding() throws {
    var difference = changed
    let name = try #require(WeightTuning.names(of: network).first)
    difference[name] = try #require(difference[name]) * 0 + 0.001_234_5
    let joined = WeightTuning.joined(difference, of: network)
    // 0.0012345 = 1.264128 · 2⁻¹⁰; 1.264128 · 2⁷ = 161.8.
    let expected: Float = 162.0 / 128 / 1024
    #expect(joined[0] == expected)
    let split = try WeightTuning.split(joined, of: network)
    for (name, tensor) in changed where name != WeightTuning.names(of: network).first {
      #expect(split[name]?.bits == tensor.bits, "\(name)")
    }
  }
}
