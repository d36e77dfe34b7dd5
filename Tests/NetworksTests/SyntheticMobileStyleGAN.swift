import Foundation
import Networks
import TestSupport
import Tensors

/// A MobileStyleGAN network with made-up weights, under canonical names.
struct SyntheticMobileStyleGAN {
  var zDim = 6
  var wDim = 5
  /// Channels of the 4×4 constant, then after every block.
  var channels = [8, 12, 8]

  private struct Configuration: Encodable {
    var zDim: Int
    var wDim: Int
    var mappingLayers: Int
    var channels: [Int]
    var imageChannels: Int
  }

  /// The generator of the network.
  func generator() throws -> any Generator {
    var tensors: [String: Tensor] = [:]
    func add(_ name: String, _ shape: Shape, scale: Float = 1.5) {
      tensors[name] = .sample(shape, seed: UInt64(tensors.count + 1), scale: scale)
    }
    func addModulation(_ name: String, _ inputs: Int) {
      add("\(name).modulation.weight", [inputs, wDim])
      tensors["\(name).modulation.bias"] = Tensor(repeating: 1, shape: [inputs])
    }
    func addConvolution(_ name: String, _ inputs: Int, _ outputs: Int, _ side: Int, isFull: Bool) {
      addModulation("\(name).conv", inputs)
      if !isFull { add("\(name).conv.weight_dw", [inputs, 1, 3, 3]) }
      add("\(name).conv.weight", [outputs, inputs, isFull ? 3 : 1, isFull ? 3 : 1])
      add("\(name).noise", [side, side], scale: 0.3)
      add("\(name).bias", [outputs], scale: 0.3)
    }
    for index in 0..<2 {
      add("mapping.fc\(index).weight", [wDim, index == 0 ? zDim : wDim])
      add("mapping.fc\(index).bias", [wDim], scale: 0.2)
    }
    add("synthesis.input.input", [channels[0], 4, 4])
    addConvolution("synthesis.conv1", channels[0], channels[0], 4, isFull: true)
    for index in 0..<channels.count - 1 {
      let name = "synthesis.layers.\(index)", outputs = channels[index + 1]
      addModulation("\(name).up", channels[index])
      addConvolution("\(name).conv1", channels[index] / 4, outputs, 8 << index, isFull: false)
      addConvolution("\(name).conv2", outputs, outputs, 8 << index, isFull: false)
    }
    let last = channels[channels.count - 1]
    let name = "synthesis.layers.\(channels.count - 2).to_img"
    addModulation("\(name).conv", last)
    add("\(name).conv.weight", [12, last, 1, 1])
    add("\(name).bias", [12], scale: 0.3)
    let network = try CanonicalNetwork(
      family: "MobileStyleGAN",
      configuration: Configuration(
        zDim: zDim, wDim: wDim, mappingLayers: 2, channels: channels, imageChannels: 3),
      parameters: tensors.mapValues { tensor in Parameter(shape: tensor.shape) { tensor } },
      file: "made up")
    return try Generators.load(network)
  }
}
