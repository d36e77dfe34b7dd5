import Foundation

/// The exponential moving average of parameters: a ← p + β·(a − p), in the order of operations of
/// the official training code. Its state is the averages themselves.
public struct MovingAverage: Sendable {
  /// The averages, one a parameter.
  public private(set) var averages: [Tensor]

  /// Averages that begin with `values`.
  public init(_ values: [Tensor]) { averages = values.map(\.detached) }

  /// Moves the averages towards `parameters`, keeping a share `beta` of the distance.
  public mutating func update(towards parameters: [Tensor], beta: Float) {
    precondition(
      parameters.map(\.shape) == averages.map(\.shape), "an average for every parameter")
    for index in averages.indices {
      // Taken out of its place, so that nobody else holds it and it is written without a copy.
      var average = averages[index]
      averages[index] = Tensor(0)
      average.withUnsafeMutableBuffer { a in
        parameters[index].withUnsafeBuffer { p in
          Parallel.forEachRange(of: a.count, size: 1 << 16) { range in
            for i in range { a[i] = p[i] + (a[i] - p[i]) * beta }
          }
        }
      }
      averages[index] = average
    }
  }

  /// The β that halves an old value's share after `halfLife` pictures, for a step of `batch` pictures:
  /// 0.5^(batch / halfLife).
  public static func beta(batch: Double, halfLife: Double) -> Float {
    Float(pow(0.5, batch / max(halfLife, 1e-8)))
  }
}
