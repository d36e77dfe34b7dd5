import Networks
import Tensors

/// One run of a generator in training: the latents that it takes.
public struct LatentPass: Sendable {
  /// z: `[N, zDim]`.
  public var z: Tensor
  /// The second z of style mixing: `[N, zDim]`.
  public var mixed: Tensor
  /// The first row of W+ that comes from the second z; the number of rows, or more, for none.
  public var cutoff: Int
  /// Labels `[N, classes]` of conditional networks.
  public var label: Tensor?

  /// A pass of given latents.
  public init(z: Tensor, mixed: Tensor, cutoff: Int, label: Tensor? = nil) {
    (self.z, self.mixed, self.cutoff, self.label) = (z, mixed, cutoff, label)
  }

  /// A pass of `count` random latents, mixed with probability `mixing` within the first `rows`: all
  /// if not given.
  init(
    _ draws: inout RandomState, count: Int, size: GeneratorSize, mixing: Double, rows: Int? = nil
  ) {
    z = draws.randn([count, size.zDim])
    mixed = draws.randn([count, size.zDim])
    let rows = rows ?? size.rows
    let place = rows > 1 ? draws.integer(in: 1..<rows) : 1
    cutoff = draws.uniform() < mixing ? place : size.rows
  }

  /// W+ `[N, rows, wDim]`, and w_avg after this batch: w_avg + (1 − decay) · (mean w − w_avg).
  public func latents(
    _ generator: any Generator, mean: Tensor, decay: Float
  ) -> (ws: Tensor, mean: Tensor) {
    let w = generator.mapping(z, label: label)
    let batchMean = w.detached.meanOverFirstAxis()
    let moved = batchMean + (mean - batchMean) * decay
    let rows = generator.size.rows
    var ws = generator.broadcast(w)
    if cutoff < rows {
      let other = generator.broadcast(generator.mapping(mixed, label: label))
      ws = Tensor.concatenated(
        [ws.sliced(axis: 1, 0..<cutoff), other.sliced(axis: 1, cutoff..<rows)], axis: 1)
    }
    return (ws, moved)
  }
}
