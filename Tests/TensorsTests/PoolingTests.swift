import TestSupport
import Tensors
import Testing

@Suite("Pooling, bilinear resizing and distances of features")
struct PoolingTests {
  @Test("Max pooling is that of plain loops, for odd sizes and steps")
  func pooling() {
    for (window, stride) in [(2, 2), (3, 2), (3, 1), (2, 3), (1, 1)] {
      for (height, width) in [(3, 3), (4, 7), (15, 16), (8, 5)] {
        for roundsUp in [false, true] {
          let x = Tensor.sample([2, 3, height, width], seed: UInt64(height))
          let pooled = x.maximumPooled(kernel: window, stride: stride, roundsUp: roundsUp)
          #expect(pooled.bits == Self.naive(x, window, stride, roundsUp).bits)
        }
      }
    }
  }

  /// Every window that begins inside counts when rounding up, as torch's `ceil_mode` has it.
  private static func naive(
    _ x: Tensor, _ window: Int, _ stride: Int, _ roundsUp: Bool
  ) -> Tensor {
    func starts(_ size: Int) -> [Int] {
      Swift.stride(from: 0, to: size, by: stride).enumerated().filter { index, start in
        // A last window over the edge counts if the one before did not reach the end.
        start + window <= size || roundsUp && (start - stride + window < size || start == 0)
      }.map(\.element)
    }
    let (rows, columns) = (starts(x.shape[2]), starts(x.shape[3]))
    var values: [Float] = []
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for row in rows {
          for column in columns {
            var largest = -Float.infinity
            for i in row..<min(row + window, x.shape[2]) {
              for j in column..<min(column + window, x.shape[3]) {
                largest = max(largest, x[n, c, i, j])
              }
            }
            values.append(largest)
          }
        }
      }
    }
    return Tensor(values, shape: [x.shape[0], x.shape[1], rows.count, columns.count])
  }

  @Test("Enlarging two pixels to four gives the known quarters")
  func bilinear() {
    // torch: interpolate([0, 1] → 4, align_corners=False) = [0, 0.25, 0.75, 1].
    let row = Tensor([0, 1], shape: [1, 1, 1, 2]).bilinearResized(height: 1, width: 4)
    #expect(row.scalars == [0, 0.25, 0.75, 1])
    let both = Tensor([0, 1, 2, 3], shape: [1, 1, 2, 2]).bilinearResized(height: 4, width: 4)
    #expect(
      both.scalars == [
        0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3,
      ])
    let same = Tensor.sample([2, 3, 5, 7])
    #expect(same.bilinearResized(height: 5, width: 7).bits == same.bits)
  }

  @Test("The distance of features is that of plain loops in double precision")
  func features() {
    for (channels, height, width) in [(1, 1, 1), (3, 5, 7), (17, 16, 19)] {
      let a = Tensor.sample([2, channels, height, width], seed: 1)
      let b = Tensor.sample([2, channels, height, width], seed: 2)
      let weights = Tensor.sample([channels], seed: 3)
      for weighted in [true, false] {
        let found = a.unitFeatureDistance(to: b, weights: weighted ? weights : nil)
        #expect(found.shape == [2, 1, height, width])
        for n in 0..<2 {
          for y in 0..<height {
            for x in 0..<width {
              func unit(_ t: Tensor) -> [Double] {
                let values = (0..<channels).map { Double(t[n, $0, y, x]) }
                let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return values.map { $0 / (length + 1e-10) }
              }
              let terms = zip(unit(a), unit(b)).enumerated().map { c, pair in
                (weighted ? Double(weights[c]) : 1) * (pair.0 - pair.1) * (pair.0 - pair.1)
              }
              #expect(abs(Double(found[n, 0, y, x]) - terms.reduce(0, +)) <= 2e-6)
            }
          }
        }
      }
    }
    let zeros = Tensor(zeros: [1, 2, 1, 1])
    #expect(zeros.unitFeatureDistance(to: zeros).scalar == 0)
  }
}
