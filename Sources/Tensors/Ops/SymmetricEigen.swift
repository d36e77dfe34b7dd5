import COpenBLAS

/// Eigenvalues and eigenvectors of a symmetric matrix (LAPACK's dsyevd), largest first.
public struct SymmetricEigen: Sendable {
  /// The eigenvalues, descending.
  public let values: [Double]
  /// One unit eigenvector for each value; its sign makes the component of largest magnitude
  /// positive, so that results do not depend on LAPACK's choice.
  public let vectors: [[Double]]

  /// Decomposes the `size` × `size` matrix; `nil` if LAPACK does not converge.
  public init?(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size, "\(matrix.count) values for \(size)×\(size)")
    openblas_set_num_threads(1)
    var a = matrix, w = [Double](repeating: 0, count: size), info: blasint = 0
    let n = blasint(size), lwork = blasint(1 + 6 * size + 2 * size * size)
    let liwork = blasint(3 + 5 * size)
    var work = [Double](repeating: 0, count: Int(lwork))
    var iwork = [blasint](repeating: 0, count: Int(liwork))
    withUnsafePointer(to: n) { n in
      dsyevd_("V", "U", n, &a, n, &w, &work, [lwork], &iwork, [liwork], &info)
    }
    guard info == 0 else { return nil }
    values = w.reversed()
    vectors = (0..<size).reversed().map { k in
      let vector = Array(a[k * size..<(k + 1) * size])
      let largest = vector.max { abs($0) < abs($1) } ?? 1
      return largest < 0 ? vector.map { -$0 } : vector
    }
  }

  /// Adds Aᵀ·A to the `width` × `width` matrix `product`, A being `count` rows of `width`.
  public static func addGram(
    of rows: [Double], count: Int, width: Int, to product: inout [Double]
  ) {
    precondition(rows.count == count * width && product.count == width * width)
    openblas_set_num_threads(1)
    cblas_dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, blasint(width), blasint(width), blasint(count), 1,
      rows, blasint(width), rows, blasint(width), 1, &product, blasint(width))
  }
}
