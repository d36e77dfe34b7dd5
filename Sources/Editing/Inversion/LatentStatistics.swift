import Networks
import Tensors

/// Mean and deviation of w over mapped latents, as the official projector takes them.
struct LatentStatistics: Sendable {
  /// The mean: `[1, wDim]`.
  let mean: Tensor
  /// √(Σ over samples and dimensions of (w − mean)² / samples): one number for all dimensions.
  let deviation: Float

  /// The statistics of `samples` latents of `RandomState(123)`, mapped.
  init(_ generator: any Generator, label: Tensor?, samples: Int) {
    var random = RandomState(seed: 123)
    let z = random.randn([max(samples, 1), generator.size.zDim])
    let w = generator.mapping(z, label: label?.broadcast(to: [z.shape[0], label?.shape[1] ?? 0]))
    mean = w.meanOverFirstAxis().reshaped([1, generator.size.wDim])
    var square = 0.0
    let (values, centre) = (w.scalars, mean.scalars)
    for (index, value) in values.enumerated() {
      let away = Double(value - centre[index % centre.count])
      square += away * away
    }
    deviation = Float((square / Double(z.shape[0])).squareRoot())
  }
}
