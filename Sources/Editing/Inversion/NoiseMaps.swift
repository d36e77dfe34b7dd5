import Networks
import Tensors

/// Optimised noise maps as one stored tensor: every map in the order of the layers, end to end.
public enum NoiseMaps {
  /// The maps end to end: `[count]`.
  public static func joined(_ maps: [Tensor]) -> Tensor {
    Tensor.concatenated(maps.map { $0.reshaped([$0.count]) })
  }

  /// The maps of a generator, `[1, 1, R, R]` each.
  ///
  /// - Throws: `EditingError.unsupported` where the tensor is of another network.
  public static func split(
    _ joined: Tensor, for generator: any Generator
  ) throws(EditingError) -> [Tensor] {
    let shapes = generator.noiseMaps().map(\.map.shape)
    guard !shapes.isEmpty, joined.count == shapes.reduce(0, { $0 + $1.count }) else {
      throw .unsupported(
        reason:
          "the noise maps are of another network: they have \(joined.count) numbers, and this "
          + "one's \(shapes.reduce(0) { $0 + $1.count }).")
    }
    var start = 0
    let flat = joined.reshaped([joined.count])
    return shapes.map { shape in
      defer { start += shape.count }
      return flat.rows(start..<start + shape.count).reshaped([1, 1, shape[-2], shape[-1]])
    }
  }
}
