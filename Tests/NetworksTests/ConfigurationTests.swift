import Checkpoints
import Networks
import TestSupport
import Tensors
import Testing

/// Configurations told from names and shapes alone.
@Suite("StyleGAN2 configurations")
struct ConfigurationTests {
  /// Thirty-six networks: every architecture and size, the other options spread over them.
  static let networks: [SyntheticStyleGAN2] = (0..<36).map { index in
    var network = SyntheticStyleGAN2()
    network.architecture = SyntheticStyleGAN2.Architecture.allCases[index % 3]
    network.resolution = [8, 16, 32, 64][index / 3 % 4]
    network.imageChannels = [1, 3, 4][(index + index / 3) % 3]
    network.classes = [0, 1, 5][index / 12]
    network.mappingLayers = 1 + index * 5 % 8
    network.taps = [[1, 1], [1, 2, 1], [1, 3, 3, 1], [1, 4, 6, 4, 1]][(index + index / 4) % 4]
    network.zDim = [3, 8, 17][index % 3]
    network.wDim = [8, 5, 17, 4][index % 4]
    network.hidden = index % 2 == 0 ? network.wDim : 9
    network.embedding = [network.wDim, 3][index / 2 % 2]
    network.channels = [[4], [7, 5, 3], [2, 6, 1, 5, 3]][index / 5 % 3]
    network.hasMean = index % 9 != 0
    network.hasNoise = index % 7 != 0
    network.seed = UInt64(index + 1)
    return network
  }

  @Test("Any network loads, runs, and has the right sizes", arguments: 0..<networks.count)
  func sweep(index: Int) throws {
    let network = Self.networks[index]
    let generator = try network.generator()
    let size = generator.size
    #expect(
      size
        == GeneratorSize(
          zDim: network.zDim, wDim: network.wDim, classes: network.classes, rows: network.rows,
          resolution: network.resolution, imageChannels: network.imageChannels), "\(network)")
    #expect(generator.meanLatent.shape == [network.wDim])
    let label =
      network.classes > 0 ? Tensor.sample([2, network.classes], seed: 4) : nil
    let ws = generator.latents(seeds: 0..<2, label: label)
    #expect(ws.shape == [2, network.rows, network.wDim])
    let images = generator.synthesis(ws, noise: .const)
    #expect(
      images.shape == [2, network.imageChannels, network.resolution, network.resolution])
    #expect(images.scalars.allSatisfy { $0.isFinite } && Set(images.scalars).count > 16)
    // Two seeds are two pictures, and noise shows wherever there is any.
    #expect(images.row(0).bits != images.row(1).bits)
    let silent = generator.synthesis(ws, noise: .none)
    #expect((silent.bits == images.bits) == !network.hasNoise)
  }

  @Test("The table of layers says what each reads", arguments: 0..<6)
  func layers(index: Int) throws {
    let network = Self.networks[index * 4]
    let generator = try network.generator()
    let layers = generator.layers
    let blocks = network.resolution.trailingZeroBitCount - 1
    #expect(layers.filter { $0.kind == .convolution }.map(\.row) == Array(0..<2 * blocks - 1))
    let colours = layers.filter { $0.kind == .toRGB }
    #expect(colours.last?.row == network.rows - 1)
    #expect(colours.count == (network.architecture == .skip ? blocks : 1))
    #expect(colours.allSatisfy { $0.outputChannels == network.imageChannels })
    for layer in layers {
      let weights = generator.styleWeights(row: layer.row)
      #expect(weights.count == 1)
      if layer.kind == .convolution || layer.row == network.rows - 1 {
        #expect(weights.first?.shape == [layer.inputChannels, network.wDim])
      }
    }
  }

  @Test("A missing w_avg is the mean of ten thousand mapped z")
  func meanLatent() throws {
    var network = SyntheticStyleGAN2()
    network.hasMean = false
    let generator = try network.generator()
    var random = RandomState(seed: 123)
    let w = generator.mapping(random.randn([10_000, network.zDim]), label: nil)
    for i in 0..<network.wDim {
      let mean = (0..<10_000).reduce(0.0) { $0 + Double(w[$1, i]) } / 10_000
      #expect(abs(Double(generator.meanLatent[i]) - mean) < 1e-5)
    }
  }

  @Test("Every row of W+ counts, and only for its layers")
  func rows() throws {
    for architecture in SyntheticStyleGAN2.Architecture.allCases {
      var network = SyntheticStyleGAN2()
      network.architecture = architecture
      let generator = try #require(network.generator() as? any InspectableGenerator)
      let ws = generator.latents(seeds: 0..<1), other = generator.latents(seeds: 9..<10)
      let before = generator.styles(ws)
      for row in 0..<network.rows {
        let changed = Tensor.concatenated(
          (0..<network.rows).map { ($0 == row ? other : ws).row(0).rows($0..<$0 + 1) }
        ).reshaped(ws.shape)
        let readers = generator.layers.filter { $0.row == row }.map(\.name)
        #expect(!readers.isEmpty)
        for (old, new) in zip(before, generator.styles(changed)) {
          #expect((old.styles.bits != new.styles.bits) == readers.contains(old.name))
        }
        #expect(
          generator.synthesis(changed, noise: .none).bits
            != generator.synthesis(ws, noise: .none).bits, "row \(row) of \(architecture)")
      }
    }
  }
}
