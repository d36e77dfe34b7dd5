import Checkpoints
import Tensors

/// The features of VGG19 (Simonyan and Zisserman, arXiv 1409.1556) that the perceptual losses of
/// pix2pixHD and SPADE compare: relu1_1, 2_1, 3_1, 4_1 and 5_1.
///
/// Weights carry torchvision's names, `0.weight` … `34.weight`, bare or below `features.`; widths are
/// those of the file. Pictures go in as they are, −1 to 1.
public struct VGG19Features: Sendable {
  /// The weights of the five features in the loss.
  public static let lossWeights: [Float] = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1]

  /// The convolutions up to relu5_1, by torchvision's index; after the numbers in `pools` the size
  /// is halved.
  private static let indices = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28]
  private static let pools: Set<Int> = [2, 7, 16, 25]
  private static let features: Set<Int> = [0, 5, 10, 19, 28]

  private let layers: [(index: Int, weight: ConvolutionWeight, bias: Tensor)]

  /// The network in a checkpoint.
  public init(_ checkpoint: Checkpoint) throws {
    let prefix = checkpoint.tensors["features.0.weight"] != nil ? "features." : ""
    var inputs = 3
    layers = try Self.indices.map { index in
      let weight = try checkpoint.tensor("\(prefix)\(index).weight")
      let bias = try checkpoint.tensor("\(prefix)\(index).bias")
      guard weight.shape.rank == 4, weight.shape[1] == inputs, weight.shape[2] == 3,
        weight.shape[3] == 3, bias.shape == [weight.shape[0]]
      else {
        throw NetworkError.mismatch(
          file: checkpoint.url.path, family: "VGG19", missing: [],
          misshaped: ["\(prefix)\(index).weight \(weight.shape)"], unused: [])
      }
      inputs = weight.shape[0]
      return (index, ConvolutionWeight(weight), bias)
    }
  }

  /// The five features of pictures `[N, 3, H, W]`, H and W at least 16.
  public func callAsFunction(_ pictures: Tensor) -> [Tensor] {
    var y = pictures, found: [Tensor] = []
    for layer in layers {
      y = y.convolution(
        layer.weight, padding: 1,
        epilogue: Epilogue(bias: layer.bias, activation: .relu, gain: 1))
      if Self.features.contains(layer.index) { found.append(y) }
      if Self.pools.contains(layer.index) { y = y.maximumPooled(kernel: 2, stride: 2) }
    }
    return found
  }

  /// Σ weight · mean |features of a − features of b|, a scalar; no gradient goes to `b`.
  public func loss(_ a: Tensor, _ b: Tensor) -> Tensor {
    zip(Self.lossWeights, zip(self(a), self(b.detached))).reduce(Tensor(0)) { sum, term in
      sum + SceneLosses.meanDistance(term.1.0, term.1.1) * term.0
    }
  }
}
