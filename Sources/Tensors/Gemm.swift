import COpenBLAS

/// Matrix products on OpenBLAS, always on the calling thread: ``Parallel`` shares out the work.
package enum Gemm {
  private static let isSingleThreaded: Void = openblas_set_num_threads(1)

  /// C[m, n] ← A[m, k] · B[k, n] + `beta` · C, all row-major with the given row strides; a
  /// transposed B is stored as `[n, k]`.
  static func multiply(
    m: Int, n: Int, k: Int,
    _ a: UnsafePointer<Float>, rowStride lda: Int,
    _ b: UnsafePointer<Float>, rowStride ldb: Int, transposed transposeB: Bool = false,
    into c: UnsafeMutablePointer<Float>, rowStride ldc: Int, beta: Float = 0
  ) {
    _ = isSingleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), 1, a, blasint(lda), b, blasint(ldb), beta, c,
      blasint(ldc))
  }

  /// C[m, n] ← A[m, k] · B[k, n] in double precision, laid out in the same way.
  package static func multiply(
    m: Int, n: Int, k: Int,
    _ a: UnsafePointer<Double>, rowStride lda: Int,
    _ b: UnsafePointer<Double>, rowStride ldb: Int, transposed transposeB: Bool = false,
    into c: UnsafeMutablePointer<Double>, rowStride ldc: Int
  ) {
    _ = isSingleThreaded
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), 1, a, blasint(lda), b, blasint(ldb), 0, c, blasint(ldc))
  }
}
