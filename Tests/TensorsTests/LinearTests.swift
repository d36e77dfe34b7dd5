import TestSupport
import Tensors
import Testing

@Suite("Matrices and normalisation")
struct LinearTests {
  @Test(
    "A linear layer equals its naive twin at the borders of blocks",
    arguments: [1, 2, 127, 128, 129, 257], [1, 31, 512])
  func linear(outputs: Int, inputs: Int) {
    let weight = Tensor.sample([outputs, inputs], seed: 2)
    for samples in [1, 3, 17] {
      let x = Tensor.sample([samples, inputs])
      #expect(relativeError(x.linear(weight), Naive.linear(x, weight)) < 1e-5)
    }
  }

  @Test("The weight's gain comes before bias and activation")
  func epilogue() {
    let x = Tensor([1, 2], shape: [1, 2]), weight = Tensor([3, 4, -1, -1], shape: [2, 2])
    let bias = Tensor([1, -1], shape: [2])
    let y = x.linear(
      weight, weightGain: 0.5, epilogue: Epilogue(bias: bias, activation: .lrelu, gain: 2))
    // 0.5·11 + 1 = 6.5, times 2; 0.5·(−3) − 1 = −2.5, times 0.2 and 2.
    #expect(y.scalars == [13, -1])
  }

  @Test("Second-moment normalisation gives mean square 1", arguments: [1, 2, 7, 8, 9, 512])
  func secondMoment(features: Int) {
    let x = Tensor.sample([3, features], scale: 40), y = x.normalizedSecondMoment()
    for n in 0..<3 {
      let input = x.row(n).scalars.map(Double.init), output = y.row(n).scalars.map(Double.init)
      let square = input.reduce(0) { $0 + $1 * $1 } / Double(features)
      for (a, b) in zip(input, output) {
        #expect(abs(a / (square + 1e-8).squareRoot() - b) < 1e-6)
      }
    }
    #expect(Tensor(zeros: [1, features]).normalizedSecondMoment().largestMagnitude == 0)
  }

  @Test("Features are joined sample by sample")
  func concatenation() {
    let a = Tensor([1, 2, 3, 4], shape: [2, 2]), b = Tensor([9, 8], shape: [2, 1])
    #expect(a.concatenatedFeatures(b).scalars == [1, 2, 9, 3, 4, 8])
    #expect(Tensor.concatenated([a, a]).shape == [4, 2])
  }

  @Test(
    "Minibatch deviation takes interleaved groups",
    arguments: [(8, 4, 1), (8, nil, 1), (6, 3, 2), (6, 2, 4), (2, 4, 1), (1, 4, 2)])
  func minibatchDeviation(samples: Int, groupSize: Int?, features: Int) {
    let (c, h, w) = (8, 3, 2)
    let x = Tensor.sample([samples, c, h, w])
    let found = x.appendingMinibatchDeviation(groupSize: groupSize, features: features)
    #expect(found.shape == [samples, c + features, h, w])
    // As the official code reshapes: [G, N/G, F, C/F, H, W], statistics over the first axis.
    let group = min(groupSize ?? samples, samples), groups = samples / group
    for sample in 0..<samples {
      for channel in 0..<c {
        #expect(found[sample, channel, 2, 1] == x[sample, channel, 2, 1])
      }
      for feature in 0..<features {
        var total = 0.0
        for channel in feature * c / features..<(feature + 1) * c / features {
          for i in 0..<h {
            for j in 0..<w {
              let values = (0..<group).map {
                Double(x[$0 * groups + sample % groups, channel, i, j])
              }
              let mean = values.reduce(0, +) / Double(group)
              let variance =
                values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group)
              total += (variance + 1e-8).squareRoot()
            }
          }
        }
        let expected = total / Double(c / features * h * w)
        for (i, j) in [(0, 0), (2, 1)] {
          #expect(abs(Double(found[sample, c + feature, i, j]) - expected) < 1e-6)
        }
      }
    }
  }

  @Test("Eigenvalues of closed forms, largest first")
  func eigenvalues() throws {
    let diagonal = try #require(SymmetricEigen([2, 0, 0, 0, -5, 0, 0, 0, 7], size: 3))
    #expect(diagonal.values == [7, 2, -5])
    #expect(diagonal.vectors == [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    // [[a, b], [b, a]] has a ± b along (1, ±1)/√2.
    let pair = try #require(SymmetricEigen([3, -1, -1, 3], size: 2))
    #expect(abs(pair.values[0] - 4) < 1e-14 && abs(pair.values[1] - 2) < 1e-14)
    #expect(abs(pair.vectors[1][0] - 0.5.squareRoot()) < 1e-14)
    #expect(abs(pair.vectors[1][1] - 0.5.squareRoot()) < 1e-14)
    #expect(abs(pair.vectors[0][0] + pair.vectors[0][1]) < 1e-14)
  }

  @Test("Eigenvectors rebuild the matrix, and their largest component is positive")
  func eigenvectors() throws {
    let size = 23
    let rows = Tensor.sample([40, size]).scalars.map(Double.init)
    var gram = [Double](repeating: 0, count: size * size)
    SymmetricEigen.addGram(of: rows, count: 40, width: size, to: &gram)
    for i in 0..<size {
      for j in 0..<size {
        let expected = (0..<40).reduce(0.0) { $0 + rows[$1 * size + i] * rows[$1 * size + j] }
        #expect(abs(gram[i * size + j] - expected) < 1e-12)
      }
    }
    let eigen = try #require(SymmetricEigen(gram, size: size))
    #expect(eigen.values == eigen.values.sorted(by: >))
    for k in 0..<size {
      let vector = eigen.vectors[k]
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
      #expect((vector.max { abs($0) < abs($1) } ?? 0) > 0)
      for i in 0..<size {
        let product = (0..<size).reduce(0.0) { $0 + gram[i * size + $1] * vector[$1] }
        #expect(abs(product - eigen.values[k] * vector[i]) < 1e-10)
      }
    }
  }
}
