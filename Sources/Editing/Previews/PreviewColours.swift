import Networks
import Tensors

/// The way from the activations at one place of a network to the colours of a small picture.
///
/// An affine map by pixel, fitted by least squares (``PreviewFit``). Networks that sum up a picture
/// on the way (StyleGAN2's skip architecture) are mapped from that sum, which alone has the wrong
/// contrast as long as the finer blocks are missing; others from all channels.
struct PreviewColours: Sendable {
  /// The place.
  let point: PreviewPoint
  /// `[colours, channels]`.
  let weights: Tensor
  /// `[colours]`.
  let bias: Tensor

  private let kernel: ConvolutionWeight

  init(point: PreviewPoint, weights: Tensor, bias: Tensor) {
    self.point = point
    self.weights = weights
    self.bias = bias
    kernel = ConvolutionWeight(weights.reshaped([weights.shape[0], weights.shape[1], 1, 1]))
  }

  /// What a map at `point` reads: the picture so far where its side fits, else the features; `nil`
  /// where neither lies on the point's grid.
  static func inputs(of state: SynthesisState, at point: PreviewPoint) -> Tensor? {
    let side = point.side + 2 * point.margin
    return [state.image, state.features].compactMap(\.self).first {
      $0.shape.rank == 4 && $0.shape[2] == side && $0.shape[3] == side
    }
  }

  /// The pictures `[N, colours, side, side]` of a state; `nil` where the map does not fit.
  func pictures(of state: SynthesisState) -> Tensor? {
    guard state.depth == point.depth, let inputs = Self.inputs(of: state, at: point),
      inputs.shape[1] == weights.shape[1]
    else { return nil }
    let colours = inputs.convolution(kernel, padding: 0, epilogue: Epilogue(bias: bias))
    guard point.margin > 0 else { return colours }
    return colours.upfirdn(nil, padding: Padding(before: -point.margin, after: -point.margin))
  }
}
