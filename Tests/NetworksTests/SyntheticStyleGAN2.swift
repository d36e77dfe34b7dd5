import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors

/// A StyleGAN2 network with made-up weights under the names of stylegan2-ada-pytorch.
struct SyntheticStyleGAN2: Sendable {
  /// The three ways to join layers to a picture.
  enum Architecture: CaseIterable { case skip, resnet, orig }

  var resolution = 16
  var zDim = 6
  var wDim = 5
  var classes = 0
  /// The width of the label embedding.
  var embedding = 4
  var mappingLayers = 2
  /// The width of the mapping's hidden layers.
  var hidden = 7
  var imageChannels = 3
  /// Channels of the blocks from 4×4 up; the last repeats.
  var channels = [6, 5, 4, 3]
  var architecture = Architecture.skip
  var taps: [Float] = [1, 3, 3, 1]
  var hasMean = true
  var hasNoise = true
  var seed: UInt64 = 1

  /// The number of rows of W+: one for each convolution and one for the last toRGB.
  var rows: Int { 2 * (resolution.trailingZeroBitCount - 1) }

  func channels(level: Int) -> Int { channels[min(level, channels.count - 1)] }

  /// Every tensor, in an order that is the same every time.
  func tensors() -> [(name: String, tensor: Tensor)] {
    var list: [(name: String, tensor: Tensor)] = []
    func add(_ name: String, _ shape: Shape, scale: Float = 1.7) {
      list.append((name, .sample(shape, seed: seed * 1000 + UInt64(list.count), scale: scale)))
    }
    let filter = ResampleFilter(taps).taps
    if classes > 0 {
      add("mapping.embed.weight", [embedding, classes])
      add("mapping.embed.bias", [embedding])
    }
    var width = zDim + (classes > 0 ? embedding : 0)
    for layer in 0..<mappingLayers {
      let outputs = layer == mappingLayers - 1 ? wDim : hidden
      add("mapping.fc\(layer).weight", [outputs, width], scale: 170)
      add("mapping.fc\(layer).bias", [outputs], scale: 20)
      width = outputs
    }
    if hasMean { add("mapping.w_avg", [wDim], scale: 0.3) }
    add("synthesis.b4.const", [channels(level: 0), 4, 4])
    func addAffine(_ name: String, inputs: Int) {
      add("\(name).affine.weight", [inputs, wDim])
      list.append(("\(name).affine.bias", Tensor(repeating: 1, shape: [inputs])))
    }
    func addConvolution(_ name: String, inputs: Int, outputs: Int, resolution: Int) {
      addAffine(name, inputs: inputs)
      add("\(name).weight", [outputs, inputs, 3, 3])
      add("\(name).bias", [outputs], scale: 0.3)
      if hasNoise {
        add("\(name).noise_const", [resolution, resolution])
        add("\(name).noise_strength", [], scale: 0.5)
      }
      list.append(("\(name).resample_filter", filter))
    }
    for level in 0..<resolution.trailingZeroBitCount - 1 {
      let size = 4 << level, block = "synthesis.b\(size)"
      let outputs = channels(level: level), inputs = channels(level: max(level - 1, 0))
      if level > 0 {
        addConvolution("\(block).conv0", inputs: inputs, outputs: outputs, resolution: size)
        if architecture == .resnet {
          add("\(block).skip.weight", [outputs, inputs, 1, 1])
          list.append(("\(block).skip.resample_filter", filter))
        }
      }
      addConvolution("\(block).conv1", inputs: outputs, outputs: outputs, resolution: size)
      list.append(("\(block).resample_filter", filter))
      if architecture == .skip || size == resolution {
        addAffine("\(block).torgb", inputs: outputs)
        add("\(block).torgb.weight", [imageChannels, outputs, 1, 1])
        add("\(block).torgb.bias", [imageChannels], scale: 0.3)
      }
    }
    return list
  }

  /// Writes the network, changed by `edit`, and hands its checkpoint to `body`.
  func withCheckpoint<Result>(
    edit: (inout [String: Tensor]) -> Void = { _ in }, _ body: (Checkpoint) throws -> Result
  ) throws -> Result {
    var tensors = Dictionary(uniqueKeysWithValues: tensors().map { ($0.name, $0.tensor) })
    edit(&tensors)
    return try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("network.safetensors")
      try Safetensors.write(tensors.map { (name: $0.key, tensor: $0.value) }, to: url)
      return try body(Checkpoint(contentsOf: url))
    }
  }

  /// The generator of the network.
  func generator() throws -> any Generator { try withCheckpoint { try Generators.load($0) } }
}

extension Generator {
  /// W+ `[N, rows, wDim]` of the z of seeds.
  func latents(seeds: Range<UInt32>, label: Tensor? = nil) -> Tensor {
    let z = Tensor.concatenated(
      seeds.map { seed in
        var random = RandomState(seed: seed)
        return random.randn([1, size.zDim])
      })
    return broadcast(mapping(z, label: label))
  }

  /// w_avg + ψ (w − w_avg) over rows before `cutoff`.
  func truncated(_ ws: Tensor, psi: Float, cutoff: Int? = nil) -> Tensor {
    let mean = meanLatent.scalars, width = size.wDim
    var result = ws
    result.withUnsafeMutableBuffer { values in
      for i in values.indices where i / width % size.rows < cutoff ?? .max {
        values[i] = mean[i % width] + psi * (values[i] - mean[i % width])
      }
    }
    return result
  }
}
