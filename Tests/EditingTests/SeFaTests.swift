import Editing
import TestSupport
import Tensors
import Testing

/// Weights whose rows lie along a known orthogonal basis have known eigenvalues: the number of rows
/// along each axis, whatever their lengths.
@Suite("SeFa")
struct SeFaTests {
  static let width = 5

  /// An orthogonal basis: the rows of a Householder reflection I − 2vvᵀ.
  static let basis: [[Double]] = {
    let v = [3.0, -1, 2, 0.5, 1]
    let square = v.reduce(0) { $0 + $1 * $1 }
    return (0..<width).map { i in
      (0..<width).map { j in (i == j ? 1 : 0) - 2 * v[i] * v[j] / square }
    }
  }()

  /// `[count, width]`: rows along axis `axis`, of different lengths and signs.
  static func rows(_ axis: Int, _ count: Int) -> [Double] {
    (0..<count).flatMap { k in
      basis[axis].map { $0 * [1, -20, 0.01][k % 3] * Double(k + 1) }
    }
  }

  static func weights(_ parts: [(axis: Int, count: Int)]) -> Tensor {
    let values = parts.flatMap { rows($0.axis, $0.count) }.map { Float($0) }
    return Tensor(values, shape: [values.count / width, width])
  }

  let generator: SmallGenerator

  init() {
    var generator = SmallGenerator()
    generator.size.wDim = Self.width
    // Axis 1 is the strongest of rows 0 to 2, axis 4 of row 3, which reads two layers.
    generator.weights = [
      0: [Self.weights([(0, 2), (1, 4)])], 1: [Self.weights([(2, 1), (1, 3)])],
      2: [Self.weights([(3, 5)])],
      3: [Self.weights([(4, 4)]), Self.weights([(0, 1), (4, 2)])],
    ]
    self.generator = generator
  }

  func expect(_ layers: String, _ expected: [(axis: Int, eigenvalue: Double)]) throws {
    let found = try SeFa.directions(
      of: generator, layers: LayerSet(parsing: layers), count: expected.count)
    for (k, pair) in zip(found, expected).enumerated() {
      let (found, expected) = pair
      #expect(abs(found.eigenvalue - expected.eigenvalue) < 1e-5)
      let axis = Self.basis[expected.axis]
      let largest = axis.max { abs($0) < abs($1) } ?? 0
      let sign = largest < 0 ? -1.0 : 1
      #expect(found.direction.tensor.shape == [Self.width])
      for i in 0..<Self.width {
        #expect(abs(Double(found.direction.tensor[i]) - sign * axis[i]) < 1e-5)
      }
      #expect(found.direction.method == "sefa")
      #expect(found.direction.parameters == "layers \(layers), component \(k)")
    }
  }

  @Test("The axes with the most rows, strongest first, whatever the rows' lengths")
  func closedForm() throws {
    try expect("0-2", [(1, 7), (3, 5), (0, 2), (2, 1), (4, 0)])
  }

  @Test("Only the chosen layers count, and all styles that a layer's row feeds")
  func layers() throws {
    try expect("0", [(1, 4), (0, 2)])
    try expect("3", [(4, 6), (0, 1)])
    try expect("0-3", [(1, 7), (4, 6), (3, 5), (0, 3), (2, 1)])
  }

  @Test("Rows of zeros do nothing")
  func zeros() throws {
    var generator = generator
    generator.weights[0] = [Tensor(zeros: [3, Self.width]), Self.weights([(2, 2)])]
    let found = try SeFa.directions(of: generator, layers: LayerSet(0..<1), count: 2)
    #expect(abs(found[0].eigenvalue - 2) < 1e-6 && abs(found[1].eigenvalue) < 1e-6)
  }

  @Test("Layers without styles, or more directions than there are, are refused")
  func refused() throws {
    #expect(throws: EditingError.self) {
      try SeFa.directions(of: generator, layers: LayerSet(4..<6), count: 1)
    }
    #expect(throws: EditingError.layerOutOfRange(layer: 6, count: 6)) {
      try SeFa.directions(of: generator, layers: LayerSet(0..<7), count: 1)
    }
    for count in [0, -1, Self.width + 1] {
      #expect(throws: EditingError.self) {
        try SeFa.directions(of: generator, layers: .all, count: count)
      }
    }
  }
}
