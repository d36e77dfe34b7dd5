import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Syntheses blended by a mask")
struct RegionSynthesisTests {
  /// A mask of `side` pixels that is 1 in a rectangle and falls off to 0 over `feather` pixels.
  private static func mask(
    _ side: Int, rows: Range<Int>, columns: Range<Int>, feather: Int = 0
  ) -> Tensor {
    func distance(_ i: Int, _ range: Range<Int>) -> Int {
      max(range.lowerBound - i, i - range.upperBound + 1, 0)
    }
    return Tensor(uninitialized: [side, side]) { mask in
      for i in mask.indices {
        let away = max(distance(i / side, rows), distance(i % side, columns))
        mask[i] = max(0, 1 - Float(away) / Float(feather + 1))
      }
    }
  }

  /// A network wide enough for the kernels of large pictures.
  private static func network(
    _ architecture: SyntheticStyleGAN2.Architecture, resolution: Int = 128
  ) throws -> any Generator {
    var network = SyntheticStyleGAN2()
    network.resolution = resolution
    network.channels = [16, 16, 12, 12, 9, 8, 8]
    network.architecture = architecture
    return try network.generator()
  }

  /// Both ways to the blended picture, from the activations after `depth` layers, and the picture
  /// without the blend.
  private func pictures(
    _ generator: any Generator, depth: Int, layers: Range<Int>, mask: Tensor,
    _ settings: SynthesisSettings
  ) throws -> (whole: Tensor, region: Tensor, plain: Tensor) {
    let ws = generator.latents(seeds: 0..<1), other = generator.latents(seeds: 5..<6)
    var (a, b) = (generator.beginning(ws), generator.beginning(other))
    generator.advance(&a, to: depth, ws, settings)
    generator.advance(&b, to: depth, other, settings)
    let blend = SynthesisBlend(state: b, ws: other, mask: mask, layers: layers)
    let plain = generator.synthesis(resuming: a, ws, settings)
    return (
      generator.synthesis(resuming: a, ws, settings, blending: blend),
      try generator.synthesis(
        resuming: a, ws, settings, blending: blend, changing: plain), plain
    )
  }

  private static let boxes: [(rows: Range<Int>, columns: Range<Int>)] = [
    (60..<61, 70..<71), (0..<9, 0..<17), (101..<128, 3..<30), (40..<90, 50..<77),
    (0..<128, 64..<70), (0..<128, 0..<128),
  ]

  @Test(
    "A region is computed to the byte as the whole picture would be",
    arguments: SyntheticStyleGAN2.Architecture.allCases, boxes.indices)
  func equality(architecture: SyntheticStyleGAN2.Architecture, box: Int) throws {
    let generator = try Self.network(architecture), count = generator.layers.count
    let box = Self.boxes[box]
    // From the beginning, from the 32 and 64 px blocks on, between two layers of a block.
    let start32 = generator.layers.firstIndex { $0.resolution == 32 } ?? 0
    let start128 = generator.layers.firstIndex { $0.resolution == 128 } ?? 0
    for (depth, layers) in [
      (0, 0..<count), (start32, start32..<count), (start128 - 1, start128 - 1..<count),
      (start128, start128..<count), (start128 + 1, start128 + 1..<count),
      (start32, start128..<start128 + 1), (count - 1, count - 1..<count),
    ] {
      for feather in [0, 6] {
        let mask = Self.mask(128, rows: box.rows, columns: box.columns, feather: feather)
        let found = try pictures(
          generator, depth: depth, layers: layers, mask: mask, SynthesisSettings())
        #expect(
          found.region.bits == found.whole.bits,
          "\(architecture), \(box), depth \(depth), layers \(layers), feather \(feather)")
        #expect(found.whole.bits != found.plain.bits)
      }
    }
  }

  @Test("Random noise and offsets on styles are those of the whole picture")
  func settings() throws {
    let generator = try Self.network(.skip)
    var settings = SynthesisSettings(noise: NoiseInput(.random(seed: 3)))
    settings.styleOffsets["b128.conv0"] = .sample([9], seed: 4)
    let mask = Self.mask(128, rows: 33..<50, columns: 70..<99, feather: 5)
    let found = try pictures(generator, depth: 10, layers: 11..<17, mask: mask, settings)
    #expect(found.region.bits == found.whole.bits)
  }

  @Test("Far from the mask no byte changes, and an empty mask changes none at all")
  func outside() throws {
    let generator = try Self.network(.skip)
    let start = generator.layers.firstIndex { $0.resolution == 128 } ?? 0
    let mask = Self.mask(128, rows: 60..<68, columns: 60..<68)
    let found = try pictures(
      generator, depth: start, layers: start..<start + 3, mask: mask, SynthesisSettings())
    var differing = 0
    for i in 0..<found.plain.count where found.plain.scalars[i] != found.whole.scalars[i] {
      differing += 1
      let (y, x) = (i / 128 % 128, i % 128)
      // Two convolutions and a filter after the first blend reach 12 pixels, in tiles of 4.
      if !(48..<80).contains(y) || !(48..<80).contains(x) {
        Issue.record("pixel \(y), \(x) changed")
        break
      }
    }
    #expect(differing >= 3 * 8 * 8 / 2)
    let none = try pictures(
      generator, depth: start, layers: start..<start + 3, mask: Tensor(zeros: [128, 128]),
      SynthesisSettings())
    #expect(none.region.bits == none.plain.bits && none.whole.bits == none.plain.bits)
  }

  @Test("A full mask shows the other synthesis")
  func everything() throws {
    let generator = try Self.network(.skip)
    let mask = Tensor(repeating: 1, shape: [128, 128])
    let found = try pictures(
      generator, depth: 0, layers: 0..<generator.layers.count, mask: mask, SynthesisSettings())
    let other = generator.latents(seeds: 5..<6)
    #expect(found.whole.bits == generator.synthesis(other, SynthesisSettings()).bits)
    #expect(found.region.bits == found.whole.bits)
  }

  @Test(
    "Every family blends: a full mask shows the other synthesis, an empty one none of it",
    arguments: ResumedSynthesisTests.Network.allCases)
  func families(network: ResumedSynthesisTests.Network) throws {
    let generator = try network.generator(), side = generator.size.resolution
    let shape: Shape = [1, generator.size.rows, generator.size.wDim]
    let (ws, other) = (Tensor.sample(shape, seed: 3), Tensor.sample(shape, seed: 4))
    func blended(_ value: Float) -> Digest {
      let blend = SynthesisBlend(
        state: generator.beginning(other), ws: other,
        mask: Tensor(repeating: value, shape: [side, side]), layers: 0..<generator.layers.count)
      return generator.synthesis(
        resuming: generator.beginning(ws), ws, SynthesisSettings(), blending: blend
      ).bits
    }
    #expect(blended(0) == generator.synthesis(ws, SynthesisSettings()).bits)
    #expect(blended(1) == generator.synthesis(other, SynthesisSettings()).bits)
  }

  @Test(
    "Families that cannot compute regions say so",
    arguments: [ResumedSynthesisTests.Network.styleGAN3, .styleGAN1, .progan, .mobile])
  func refusal(network: ResumedSynthesisTests.Network) throws {
    let generator = try network.generator(), size = generator.size
    #expect(!generator.computesRegions)
    let ws = Tensor(zeros: [1, size.rows, size.wDim]), start = generator.beginning(ws)
    let blend = SynthesisBlend(
      state: start, ws: ws, mask: Tensor(zeros: [size.resolution, size.resolution]), layers: 0..<1)
    #expect(throws: NetworkError.noRegions(family: generator.family)) {
      _ = try generator.synthesis(
        resuming: start, ws, SynthesisSettings(), blending: blend,
        changing: Tensor(zeros: [1, 3, size.resolution, size.resolution]))
    }
  }
}
