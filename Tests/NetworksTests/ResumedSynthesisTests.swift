import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Resumed synthesis")
struct ResumedSynthesisTests {
  /// One network of every family and architecture that the repository holds or can make up.
  enum Network: String, CaseIterable, Sendable {
    case progan, styleGAN1, skip, resnet, orig, tensorFlow, styleGAN3, mobile

    func generator() throws -> any Generator {
      func file(_ path: String) throws -> any Generator {
        try Generators.load(Checkpoint(contentsOf: ReferenceData.fixture("networks/\(path)")))
      }
      var synthetic = SyntheticStyleGAN2()
      switch self {
      case .progan: return try file("progan_small/network-final.pkl")
      case .styleGAN1: return try file("sg1_small/network-final.pkl")
      case .skip: return try synthetic.generator()
      case .resnet:
        synthetic.architecture = .resnet
        return try synthetic.generator()
      case .orig:
        synthetic.architecture = .orig
        return try synthetic.generator()
      case .tensorFlow: return try file("sg2tf_resnet/stylegan2-config.pkl")
      case .styleGAN3: return try file("sg3_t/network-snapshot-000500.pkl")
      case .mobile: return try SyntheticMobileStyleGAN().generator()
      }
    }
  }

  /// Two unlike latents `[2, rows, wDim]`, the same in every run.
  private static func ws(_ generator: any Generator, seed: UInt64) -> Tensor {
    .sample([2, generator.size.rows, generator.size.wDim], seed: seed, scale: 1.5)
  }

  /// `late` in the rows that no layer before `depth` reads, else `early`.
  private static func joined(
    _ early: Tensor, _ late: Tensor, at depth: Int, _ generator: any Generator
  ) -> Tensor {
    let read = Set(generator.layers.prefix(depth).map(\.row)), size = generator.size
    return Tensor(uninitialized: early.shape) { ws in
      for i in ws.indices {
        let (n, row, k) = (i / size.wDim / size.rows, i / size.wDim % size.rows, i % size.wDim)
        ws[i] = read.contains(row) ? early[n, row, k] : late[n, row, k]
      }
    }
  }

  private static let noises: [NoiseInput] = [
    .const, NoiseInput(.random(seed: 7)), NoiseInput(.none),
  ]

  @Test(
    "Cut at any layer, a synthesis gives the bytes of one that was not",
    arguments: Network.allCases, noises.indices)
  func everyCut(network: Network, noise: Int) throws {
    let generator = try network.generator(), ws = Self.ws(generator, seed: 3)
    let settings = SynthesisSettings(noise: Self.noises[noise])
    let whole = generator.synthesis(ws, settings).bits
    var kept = [generator.beginning(ws)]
    _ = generator.synthesis(resuming: kept[0], ws, settings) { kept.append($0) }
    #expect(kept.map(\.depth) == Array(0...generator.layers.count))
    for state in kept {
      #expect(
        generator.synthesis(resuming: state, ws, settings).bits == whole,
        "\(network) at \(state.depth)")
    }
  }

  @Test(
    "Rows that come later may change: the bytes are those of the whole synthesis of the new W+",
    arguments: Network.allCases)
  func laterRows(network: Network) throws {
    let generator = try network.generator(), settings = SynthesisSettings()
    let (early, late) = (Self.ws(generator, seed: 3), Self.ws(generator, seed: 4))
    var state = generator.beginning(early)
    for depth in 0..<generator.layers.count {
      generator.advance(&state, to: depth, early, settings)
      let mixed = Self.joined(early, late, at: depth, generator)
      #expect(
        generator.synthesis(resuming: state, mixed, settings).bits
          == generator.synthesis(mixed, settings).bits, "\(network) at \(depth)")
    }
  }

  @Test(
    "Levels of detail resume too", arguments: [Network.progan, .styleGAN1], [0, 0.4, 1, 1.5])
  func levelsOfDetail(network: Network, lod: Float) throws {
    let generator = try network.generator(), ws = Self.ws(generator, seed: 5)
    let settings = SynthesisSettings(lod: lod)
    let whole = generator.synthesis(ws, settings).bits
    _ = generator.synthesis(resuming: generator.beginning(ws), ws, settings) { state in
      #expect(generator.synthesis(resuming: state, ws, settings).bits == whole)
    }
  }

  @Test(
    "So do networks that fade between resolutions",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)),
    arguments: [0, 0.4, 1, 2.5])
  func fading(lod: Float) throws {
    let generator = try Generators.load(
      Checkpoint(contentsOf: ReferenceData.shared("goldens/sg2tf_revised/network-final.pkl")))
    let ws = Self.ws(generator, seed: 6), settings = SynthesisSettings(lod: lod)
    let whole = generator.synthesis(ws, settings).bits
    _ = generator.synthesis(resuming: generator.beginning(ws), ws, settings) { state in
      #expect(generator.synthesis(resuming: state, ws, settings).bits == whole)
    }
  }

  @Test("A state changed between two layers changes the picture", arguments: Network.allCases)
  func hook(network: Network) throws {
    let generator = try network.generator(), ws = Self.ws(generator, seed: 3)
    let settings = SynthesisSettings(), other = Self.ws(generator, seed: 8)
    var there = generator.beginning(other)
    let count = generator.layers.count
    // Two syntheses side by side: after half of the layers the one takes over the other's state.
    let picture = generator.synthesis(resuming: generator.beginning(ws), ws, settings) { state in
      generator.advance(&there, to: state.depth, other, settings)
      if state.depth <= count / 2 { state = there }
    }
    there = generator.beginning(other)
    generator.advance(&there, to: count / 2, other, settings)
    #expect(picture.bits != generator.synthesis(ws, settings).bits)
    #expect(picture.bits == generator.synthesis(resuming: there, ws, settings).bits)
  }

  @Test("Previews lie where features or picture have their side", arguments: Network.allCases)
  func previews(network: Network) throws {
    let generator = try network.generator(), ws = Self.ws(generator, seed: 3)
    #expect(!generator.previews.isEmpty)
    #expect(generator.previews.map(\.side) == generator.previews.map(\.side).sorted())
    for point in generator.previews {
      var state = generator.beginning(ws)
      generator.advance(&state, to: point.depth, ws, SynthesisSettings())
      #expect(state.features.shape[3] == point.side + 2 * point.margin, "\(network), \(point)")
      #expect(point.side < generator.size.resolution)
    }
  }

  @Test("A state says how much memory it keeps")
  func bytes() throws {
    let generator = try Network.skip.generator()
    let ws = Self.ws(generator, seed: 3)
    var state = generator.beginning(ws)
    #expect(state.bytes == 2 * 6 * 16 * 4)
    // After b4.conv1 and b4.torgb: six channels and three colours of 4×4 pixels.
    generator.advance(&state, to: 2, ws, SynthesisSettings())
    #expect(state.bytes == 2 * (6 + 3) * 16 * 4)
  }
}
