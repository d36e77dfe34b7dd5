import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Regions with latents of their own, layer by layer")
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

  /// A mask `[side, side]` over the grids of layers: means over the cells, in plain loops; the border
  /// cells go on over the margin.
  private static func gridMask(_ mask: Tensor) -> GridMask {
    GridMask { width, height, margin in
      let side = mask.shape[0]
      func pixels(_ cell: Int, _ count: Int) -> Range<Int> {
        let inner = count - 2 * margin, place = min(max(cell - margin, 0), inner - 1)
        return place * side / inner..<max((place + 1) * side / inner, place * side / inner + 1)
      }
      return (0..<width * height).map { i in
        var sum: Float = 0, count: Float = 0
        for y in pixels(i / width, height) {
          for x in pixels(i % width, width) {
            sum += mask[y, x]
            count += 1
          }
        }
        return sum / count
      }
    }
  }

  /// Both layers of the definition over the whole picture, blended in plain loops.
  private func naive(
    _ generator: any Generator, _ start: SynthesisState, _ ws: Tensor,
    _ regions: [SynthesisRegion], masks: [Tensor], _ settings: SynthesisSettings
  ) -> Tensor {
    var state = start
    func blend(_ own: Tensor, _ over: Tensor, _ mask: Tensor) -> Tensor {
      let side = own.shape[3], whole = mask.shape[0], cell = whole / side
      let (a, b, m) = (own.scalars, over.scalars, mask.scalars)
      return Tensor(uninitialized: own.shape) { result in
        for i in result.indices {
          let (y, x) = (i / side % side, i % side)
          var weight: Float = 0
          for i in 0..<cell * cell {
            weight += m[(y * cell + i / cell) * whole + x * cell + i % cell]
          }
          weight /= Float(cell * cell)
          result[i] = weight == 0 ? a[i] : weight == 1 ? b[i] : a[i] + weight * (b[i] - a[i])
        }
      }
    }
    for (index, layer) in generator.layers.enumerated().dropFirst(start.depth) {
      var others: [(SynthesisState, Tensor)] = []
      for (region, mask) in zip(regions, masks) where region.rows.contains(layer.row) {
        var other = state
        generator.advance(&other, to: index + 1, region.ws, settings)
        others.append((other, mask))
      }
      generator.advance(&state, to: index + 1, ws, settings)
      for (other, mask) in others {
        if layer.kind == .toRGB, let own = state.image, let over = other.image {
          state.image = blend(own, over, mask)
        } else {
          state.features = blend(state.features, other.features, mask)
        }
      }
    }
    return generator.synthesis(resuming: state, ws, settings)
  }

  /// The picture with a region in the layers `layers` in three ways from the activations after `depth`
  /// layers, and the picture without it. There is another region in the lower left in all of them.
  private func pictures(
    _ generator: any Generator, depth: Int, layers: Range<Int>, mask: Tensor,
    _ settings: SynthesisSettings, isNaive: Bool = true
  ) throws -> (naive: Tensor, whole: Tensor, changed: Tensor, plain: Tensor) {
    let ws = generator.latents(seeds: 0..<1)
    let corner = Self.mask(128, rows: 80..<128, columns: 0..<40, feather: 9)
    let first = SynthesisRegion(
      ws: generator.latents(seeds: 4..<5), rows: [1, 6, 9], mask: Self.gridMask(corner))
    let second = SynthesisRegion(
      ws: generator.latents(seeds: 5..<6), rows: Set(layers.map { generator.layers[$0].row }),
      mask: Self.gridMask(mask))
    var state = generator.beginning(ws)
    generator.advance(&state, to: depth, ws, settings, regions: [first])
    func picture(_ regions: [SynthesisRegion]) -> Tensor {
      var state = state
      generator.advance(
        &state, to: generator.layers.count, ws, settings, regions: regions)
      return generator.picture(of: state, settings)
    }
    let plain = picture([first]), whole = picture([first, second])
    return (
      isNaive
        ? naive(
          generator, state, ws, [first, second], masks: [corner, mask], settings) : whole,
      whole,
      try generator.synthesis(
        resuming: state, ws, settings, regions: [first, second], changing: plain), plain
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
    // The first layers to read the rows of a block, and those between them; rows that one layer
    // shares with the block before would begin there.
    func starting(_ side: Int) -> Int {
      let first = generator.layers.firstIndex { $0.resolution == side } ?? 0
      let row = generator.layers[first].row
      return generator.layers.firstIndex { $0.row == row } ?? first
    }
    for (depth, layers) in [
      (0, 0..<count), (starting(32), starting(32)..<count), (starting(128), starting(128)..<count),
      (starting(32), starting(128)..<starting(128) + 1), (starting(64), count - 1..<count),
    ] {
      for feather in [0, 6] {
        let mask = Self.mask(128, rows: box.rows, columns: box.columns, feather: feather)
        let found = try pictures(
          generator, depth: depth, layers: layers, mask: mask, SynthesisSettings(),
          isNaive: architecture == .skip && depth > 0)
        let what: Comment = "\(architecture), \(box), from \(depth), \(layers), \(feather)"
        #expect(found.changed.bits == found.whole.bits, what)
        #expect(found.naive.bits == found.whole.bits, what)
        #expect(found.whole.bits != found.plain.bits, what)
      }
    }
  }

  @Test("Random noise and offsets on styles are those of the whole picture")
  func settings() throws {
    let generator = try Self.network(.skip)
    var settings = SynthesisSettings(noise: NoiseInput(.random(seed: 3)))
    settings.styleOffsets["b128.conv0"] = .sample([9], seed: 4)
    let mask = Self.mask(128, rows: 33..<50, columns: 70..<99, feather: 5)
    let found = try pictures(generator, depth: 9, layers: 12..<17, mask: mask, settings)
    #expect(found.changed.bits == found.whole.bits && found.naive.bits == found.whole.bits)
  }

  @Test("Far from the mask no byte changes, and an empty mask changes none at all")
  func outside() throws {
    let generator = try Self.network(.skip)
    let start = generator.layers.firstIndex { $0.resolution == 128 } ?? 0
    let mask = Self.mask(128, rows: 60..<68, columns: 60..<68)
    // The block's own two convolutions and its colours.
    let found = try pictures(
      generator, depth: start - 1, layers: start..<start + 3, mask: mask, SynthesisSettings(),
      isNaive: false)
    let (plain, whole) = (found.plain.scalars, found.whole.scalars)
    var differing = 0
    for i in plain.indices where plain[i] != whole[i] {
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
      generator, depth: start - 1, layers: start..<start + 3, mask: Tensor(zeros: [128, 128]),
      SynthesisSettings(), isNaive: false)
    #expect(none.changed.bits == none.plain.bits && none.whole.bits == none.plain.bits)
  }

  @Test(
    "Every family blends: a full mask shows the other synthesis, an empty one none of it",
    arguments: ResumedSynthesisTests.Network.allCases)
  func families(network: ResumedSynthesisTests.Network) throws {
    let generator = try network.generator(), side = generator.size.resolution
    let shape: Shape = [1, generator.size.rows, generator.size.wDim]
    let (ws, other) = (Tensor.sample(shape, seed: 3), Tensor.sample(shape, seed: 4))
    func blended(_ value: Float) -> Digest {
      let region = SynthesisRegion(
        ws: other, rows: Set(0..<generator.size.rows),
        mask: Self.gridMask(Tensor(repeating: value, shape: [side, side])))
      var state = generator.beginning(ws)
      generator.advance(
        &state, to: generator.layers.count, ws, SynthesisSettings(), regions: [region])
      return generator.picture(of: state, SynthesisSettings()).bits
    }
    #expect(blended(0) == generator.synthesis(ws, SynthesisSettings()).bits)
    #expect(blended(1) == generator.synthesis(other, SynthesisSettings()).bits)
  }

  @Test(
    "Families that cannot compute parts say so",
    arguments: [ResumedSynthesisTests.Network.styleGAN3, .styleGAN1, .progan, .mobile])
  func refusal(network: ResumedSynthesisTests.Network) throws {
    let generator = try network.generator(), size = generator.size
    #expect(!generator.computesRegions)
    let ws = Tensor(zeros: [1, size.rows, size.wDim]), start = generator.beginning(ws)
    let region = SynthesisRegion(
      ws: ws, rows: [0],
      mask: Self.gridMask(Tensor(zeros: [size.resolution, size.resolution])))
    #expect(throws: NetworkError.noRegions(family: generator.family)) {
      _ = try generator.synthesis(
        resuming: start, ws, SynthesisSettings(), regions: [region],
        changing: Tensor(zeros: [1, 3, size.resolution, size.resolution]))
    }
  }
}
