import Tensors

/// The distances of every picture's features from those of others.
struct NeighbourTable {
  /// Squared distances, a row for each picture.
  private let rows: [[Float]]

  /// Distances of `features` `[N, width]` from `others` `[M, width]`.
  ///
  /// - Parameter skippingSelf: Whether both are the same set, and a picture is no neighbour of itself.
  init(of features: Tensor, among others: Tensor, skippingSelf: Bool = false) {
    let products = features.matrixProduct(others, transposed: true)
    func squares(_ x: Tensor) -> [Float] {
      (0..<x.shape[0]).map { x.row($0).scalars.reduce(0) { $0 + $1 * $1 } }
    }
    let (a, b) = (squares(features), squares(others))
    rows = a.indices.map { i in
      let row = products.row(i).scalars
      return b.indices.map { j in
        skippingSelf && i == j ? .infinity : max(a[i] + b[j] - 2 * row[j], 0)
      }
    }
  }

  /// The mean distance to the nearest.
  var meanNearest: Double {
    rows.reduce(0) { $0 + Double(($1.min() ?? 0).squareRoot()) } / Double(max(rows.count, 1))
  }

  /// The nearest `count` of one picture, nearest first.
  func nearest(_ count: Int, to index: Int) -> [Int] {
    let row = rows[index]
    return Array(row.indices.sorted { (row[$0], $0) < (row[$1], $1) }.prefix(count))
  }
}
