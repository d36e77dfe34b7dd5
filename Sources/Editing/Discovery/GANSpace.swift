import Foundation
import Networks
import Tensors

/// Principal components of w (Härkönen et al., arXiv 2004.02546): the directions along which the
/// latents of a network vary most, strongest first.
public struct GANSpace: Sendable {
  /// How the components are computed.
  public enum Estimator: Hashable, Sendable {
    /// All samples at once; deviations of the population (1/N).
    case pca
    /// Batch after batch, each time keeping as many components as wanted (Ross et al., IJCV 2008);
    /// deviations of the sample (1/(N − 1)).
    case incremental(batch: Int)
  }

  /// The mean of the samples, `[width]`.
  public let mean: Tensor
  /// One unit component a row, `[count, width]`; the entry of largest magnitude is positive.
  public let components: Tensor
  /// The deviation of the samples along every component, as the estimator defines it.
  public let deviations: [Double]
  /// The population's deviation of w · component: the unit in which edits are measured.
  public let latentDeviations: [Double]
  /// The share of the samples' variance along every component.
  public let varianceRatios: [Double]

  /// The `count` strongest components of samples `[N, width]`; `count` is 1 to the width, and less
  /// than N.
  ///
  /// Throws ``EditingError/unsupported(reason:)`` for other counts and where LAPACK does not converge.
  public init(samples: Tensor, count: Int, estimator: Estimator) throws {
    precondition(samples.shape.rank == 2, "samples of shape \(samples.shape)")
    let (number, width) = (samples.shape[0], samples.shape[1])
    guard (1...max(width, 1)).contains(count), count < number else {
      throw EditingError.unsupported(
        reason: "\(count) components were asked for; \(number) samples of width \(width) have 1 to "
          + "\(min(width, number - 1)).")
    }
    let values = samples.scalars.map(Double.init)
    var state = State(width: width)
    let step: Int
    switch estimator {
    case .pca: step = number
    case .incremental(let batch):
      guard batch >= count else {
        throw EditingError.unsupported(
          reason: "batches of \(batch) samples are too small for \(count) components.")
      }
      step = min(batch, number)
    }
    var start = 0
    while start < number {
      // A last batch that is smaller than the components is taken with the one before.
      var end = min(start + step, number)
      if number - end < count { end = number }
      try state.take(Array(values[start * width..<end * width]), count: end - start, keeping: count)
      start = end
    }
    let projected = Self.deviations(of: values, along: state.components, width: width)
    let total = state.squares.reduce(0, +)
    mean = Tensor(state.mean.map { Float($0) }, shape: [width])
    components = Tensor(
      state.components.flatMap { $0.map { Float($0) } }, shape: [count, width])
    latentDeviations = projected
    if estimator == .pca {
      deviations = projected
      varianceRatios = projected.map { $0 * $0 * Double(number) / total }
    } else {
      deviations = state.singular.map { $0 / Double(number - 1).squareRoot() }
      varianceRatios = state.singular.map { $0 * $0 / total }
    }
  }

  /// What has been learned from the batches so far.
  private struct State {
    var count = 0
    var mean: [Double]
    /// Σ (x − mean)² for every column.
    var squares: [Double]
    var components: [[Double]] = []
    var singular: [Double] = []

    init(width: Int) {
      mean = [Double](repeating: 0, count: width)
      squares = mean
    }

    /// Takes `number` more rows, keeping as many components.
    mutating func take(_ rows: [Double], count number: Int, keeping wanted: Int) throws {
      let width = mean.count
      var batchMean = [Double](repeating: 0, count: width)
      for i in rows.indices { batchMean[i % width] += rows[i] }
      for i in 0..<width { batchMean[i] /= Double(number) }
      var centred = rows.indices.map { rows[$0] - batchMean[$0 % width] }
      var batchSquares = [Double](repeating: 0, count: width)
      for i in centred.indices { batchSquares[i % width] += centred[i] * centred[i] }
      // The rows known so far stand as components times singular values; the shift between the
      // means is one row more.
      var height = number
      let total = count + number
      if count > 0 {
        for (component, value) in zip(components, singular) {
          centred += component.map { $0 * value }
        }
        let factor = (Double(count) * Double(number) / Double(total)).squareRoot()
        centred += (0..<width).map { factor * (mean[$0] - batchMean[$0]) }
        height += components.count + 1
      }
      for i in 0..<width {
        let shift = batchMean[i] - mean[i]
        squares[i] +=
          batchSquares[i] + shift * shift * Double(count) * Double(number) / Double(total)
        mean[i] += shift * Double(number) / Double(total)
      }
      count = total
      var product = [Double](repeating: 0, count: width * width)
      SymmetricEigen.addGram(of: centred, count: height, width: width, to: &product)
      guard let eigen = SymmetricEigen(product, size: width) else {
        throw EditingError.unsupported(reason: "the components of these samples do not converge.")
      }
      components = Array(eigen.vectors.prefix(wanted))
      singular = eigen.values.prefix(wanted).map { max($0, 0).squareRoot() }
    }
  }

  /// The population's deviations of the samples along components.
  private static func deviations(
    of values: [Double], along components: [[Double]], width: Int
  ) -> [Double] {
    let number = values.count / width
    return components.map { component in
      var (sum, squares) = (0.0, 0.0)
      let projected = (0..<number).map { n in
        (0..<width).reduce(0.0) { $0 + component[$1] * values[n * width + $1] }
      }
      for value in projected { sum += value }
      let mean = sum / Double(number)
      for value in projected { squares += (value - mean) * (value - mean) }
      return (squares / Double(number)).squareRoot()
    }
  }

  /// The components of w over `RandomState(seed).randn(count, zDim)`, as directions whose unit is one
  /// deviation of w along them.
  public static func directions(
    of generator: any Generator, samples: Int, seed: UInt32, count: Int, estimator: Estimator
  ) throws -> [(direction: Direction, varianceRatio: Double)] {
    guard generator.size.classes == 0 else {
      throw EditingError.unsupported(
        reason: "the components of a conditional network depend on the class: this is not "
          + "supported yet.")
    }
    let w = Self.samples(of: generator, count: samples, seed: seed)
    let found = try GANSpace(samples: w, count: count, estimator: estimator)
    return (0..<count).map { k in
      let direction = Direction(
        tensor: found.components.row(k) * Float(found.latentDeviations[k]), method: "pca",
        parameters: "\(samples) samples of seed \(seed), component \(k), unit one deviation")
      return (direction, found.varianceRatios[k])
    }
  }

  /// w of `count` latents, `[count, wDim]`, mapped in batches.
  static func samples(of generator: any Generator, count: Int, seed: UInt32) -> Tensor {
    var random = RandomState(seed: seed)
    var parts: [Tensor] = []
    var left = count
    while left > 0 {
      let batch = min(left, 1000)
      parts.append(generator.mapping(random.randn([batch, generator.size.zDim]), label: nil))
      left -= batch
    }
    return Tensor.concatenated(parts)
  }

  /// Moves rows of W+ `[N, rows, width]` by `amount` deviations along component `index`.
  ///
  /// - Parameter isCentred: Whether what the rows have along the component already is taken away
  ///   first, so that `amount` counts from the mean.
  public func moved(
    _ ws: Tensor, along index: Int, by amount: Float, rows: Range<Int>, isCentred: Bool = false
  ) -> Tensor {
    let (count, width) = (ws.shape[1], ws.shape[2])
    precondition(
      ws.shape.rank == 3 && width == mean.count && rows.upperBound <= count
        && (0..<components.shape[0]).contains(index), "component \(index) on \(ws.shape)")
    let component = components.row(index).scalars, centre = mean.scalars
    let step = amount * Float(latentDeviations[index])
    var result = ws
    result.withUnsafeMutableBuffer { w in
      for start in stride(from: 0, to: w.count, by: width)
      where rows.contains(start / width % count) {
        var taken: Float = 0
        if isCentred {
          for i in 0..<width { taken += (w[start + i] - centre[i]) * component[i] }
        }
        for i in 0..<width { w[start + i] += (step - taken) * component[i] }
      }
    }
    return result
  }
}
