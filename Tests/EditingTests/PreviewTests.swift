import Editing
import Foundation
import Imaging
import Networks
import TestSupport
import Tensors
import Testing

/// A generator whose small picture is known: its last layer enlarges, by repeating pixels, an affine
/// map of the features before it.
private struct LinearGenerator: Generator {
  let family = "Linear"
  let size = GeneratorSize(
    zDim: 8, wDim: 8, classes: 0, rows: 2, resolution: 32, imageChannels: 3)
  let meanLatent = Tensor(zeros: [8])
  let defaultTruncation: (psi: Float, cutoff: Int?) = (1, nil)
  /// `[colours, channels]`.
  static let map: [[Float]] = [[0.3, -0.2, 0.1, 0], [0, 0.25, -0.1, 0.2], [-0.1, 0, 0.2, 0.3]]
  static let offset: [Float] = [0.1, -0.2, 0.05]

  let layers = [
    LayerDescription(
      name: "small", kind: .convolution, resolution: 8, inputChannels: 1, outputChannels: 4, row: 0),
    LayerDescription(
      name: "large", kind: .toRGB, resolution: 32, inputChannels: 4, outputChannels: 3, row: 1),
  ]

  func mapping(_ z: Tensor, label: Tensor?) -> Tensor { z }
  func styleWeights(row: Int) -> [Tensor] { [] }

  func beginning(samples: Int) -> SynthesisState {
    SynthesisState(features: Tensor(zeros: [samples, 4, 4, 4]))
  }

  func run(
    layer index: Int, on state: inout SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    observe: (_ name: String, _ value: Tensor) -> Void
  ) {
    if index == 0 {
      // Features that differ from latent to latent and from pixel to pixel.
      let seed = UInt64(ws[0, 0, 0].bitPattern)
      state.features = .sample([1, 4, 8, 8], seed: seed, scale: 1.2)
      return
    }
    let features = state.features
    state.image = Tensor(uninitialized: [1, 3, 32, 32]) { image in
      for i in image.indices {
        let (c, y, x) = (i / 1024, i / 32 % 32, i % 32)
        image[i] = (0..<4).reduce(Self.offset[c]) {
          $0 + Self.map[c][$1] * features[0, $1, y / 4, x / 4]
        }
      }
    }
  }

  func picture(of state: SynthesisState, _ settings: SynthesisSettings) -> Tensor {
    state.image ?? Tensor(zeros: [1, 3, 32, 32])
  }
}

@Suite("Previews")
struct PreviewTests {
  private static let network = Digest(of: [UInt8(9)])

  private func recipe(_ seed: UInt32) -> Recipe {
    Recipe(network: Self.network, base: LatentSource(.seed(seed)))
  }

  private func renderer(folder: URL? = nil) -> Renderer {
    let generator = LinearGenerator()
    return Renderer(
      generator: generator, network: Self.network,
      previews: PreviewMaps(generator: generator, network: Self.network, folder: folder))
  }

  /// The largest difference of two pictures' samples.
  private func difference(_ a: Image, _ b: Image) -> Int {
    guard a.pixels.count == b.pixels.count else { return 256 }
    return zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  @Test("Where the small picture is a map of the features, the fit finds it", arguments: 20..<24)
  func fit(seed: UInt32) throws {
    let renderer = renderer()
    #expect(renderer.previews.sides == [8])
    let small = try renderer.preview(recipe(seed), side: 8)
    let full = try renderer.render(recipe(seed))
    // Every block of 4×4 pixels has one colour, so any of its pixels is the small picture's.
    let expected = full.resized(width: 8, height: 8, filter: .nearest)
    #expect(difference(small, expected) <= 1)
  }

  @Test("Pictures grow from the preview to the bytes of the whole picture")
  func growing() throws {
    let renderer = renderer()
    let pictures = Array(try renderer.progressive(recipe(30)))
    #expect(pictures.map(\.width) == [8, 32])
    #expect(try pictures.last == renderer.render(recipe(30)))
    #expect(try pictures.first == renderer.preview(recipe(30), side: 8))
    #expect(try Array(renderer.progressive(recipe(30), sides: [])).map(\.width) == [32])
  }

  @Test("As an asynchronous sequence they are the same, and end when their task is cancelled")
  func asynchronous() async throws {
    let pictures = try renderer().progressive(recipe(31))
    var widths: [Int] = []
    for try await picture in pictures { widths.append(picture.width) }
    #expect(widths == [8, 32])
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      var count = 0
      for try await _ in pictures { count += 1 }
      return count
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("Equal networks get equal maps, whether fitted or read from the file that keeps them")
  func keeping() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let kept = folder.appendingPathComponent("a/b")
      let first = try renderer(folder: kept).preview(recipe(40), side: 8)
      let file = kept.appendingPathComponent("\(Self.network.hexadecimal).safetensors")
      let bytes = try Data(contentsOf: file)
      #expect(try renderer(folder: kept).preview(recipe(40), side: 8) == first)
      #expect(try renderer().preview(recipe(40), side: 8) == first)
      // A damaged file is no obstacle.
      try Data(bytes.prefix(60)).write(to: file)
      #expect(try renderer(folder: kept).preview(recipe(40), side: 8) == first)
      try FileManager.default.removeItem(at: file)
      _ = try renderer(folder: kept).preview(recipe(40), side: 8)
      #expect(try Data(contentsOf: file) == bytes)
    }
  }

  @Test("Sides that a network has not are refused by name, and so are levels of detail")
  func refusals() throws {
    #expect(throws: EditingError.self) { try renderer().preview(recipe(1), side: 16) }
    #expect(throws: EditingError.self) { try renderer().preview(recipe(1), side: 32) }
    var detailed = recipe(1)
    detailed.lod = 1
    #expect(throws: EditingError.self) { try renderer().preview(detailed, side: 8) }
    #expect(Array(try renderer().progressive(detailed)).map(\.width) == [32])
  }

  @Test("A factor of a positive matrix solves its equations, and others have none")
  func cholesky() throws {
    // (A) x = b worked by hand: [[4, 2], [2, 5]] x = [10, 17] has x = [1, 3].
    let factor = try #require(CholeskyFactor([4, 2, 2, 5], size: 2))
    let x = factor.solve([10, 17])
    #expect(abs(x[0] - 1) < 1e-12 && abs(x[1] - 3) < 1e-12)
    #expect(CholeskyFactor([1, 2, 2, 1], size: 2) == nil)
  }
}
