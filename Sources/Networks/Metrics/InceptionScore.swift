import Foundation
import Tensors

/// exp of the mean divergence of class probabilities from their average (Salimans et al., arXiv
/// 1606.03498), over splits.
public enum InceptionScore {
  /// The mean and the standard deviation (of the population) over `splits` of probabilities
  /// `[N, classes]`; `nil` where a split would be empty.
  public static func score(
    _ probabilities: Tensor, splits: Int
  ) -> (mean: Double, deviation: Double)? {
    precondition(probabilities.shape.rank == 2, "probabilities \(probabilities.shape)")
    let (count, classes) = (probabilities.shape[0], probabilities.shape[1])
    guard splits >= 1, count >= splits else { return nil }
    let scores = (0..<splits).map { split -> Double in
      let range = split * count / splits..<(split + 1) * count / splits
      let rows = range.map { probabilities.row($0).scalars.map(Double.init) }
      let average = (0..<classes).map { i in
        rows.reduce(0) { $0 + $1[i] } / Double(rows.count)
      }
      let divergence = rows.reduce(0.0) { sum, row in
        // 0 · log 0 is 0.
        sum
          + row.indices.reduce(0) { $0 + (row[$1] > 0 ? row[$1] * log(row[$1] / average[$1]) : 0) }
      }
      return exp(divergence / Double(rows.count))
    }
    let mean = scores.reduce(0, +) / Double(splits)
    let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(splits)
    return (mean, variance.squareRoot())
  }
}
