import Checkpoints
import Tensors

extension Parameter {
  /// A stored tensor with its axes in another order; as it is if it has another rank, for the
  /// reader to report.
  init(_ stored: StoredTensor, permuting axes: [Int]) {
    guard stored.shape.rank == axes.count else {
      self.init(stored)
      return
    }
    self.init(shape: Shape(axes.map { stored.shape[$0] })) { try stored.tensor().permuted(axes) }
  }

  /// Weights as TensorFlow stores them: `[h, w, in, out]` and `[in, out]` become `[out, in, h, w]`
  /// and `[out, in]`, everything else stays.
  init(tensorFlow stored: StoredTensor) {
    self.init(stored, permuting: stored.shape.rank == 4 ? [3, 2, 0, 1] : [1, 0])
  }

  /// A stored tensor without its first `axes` axes, if those have extent 1.
  init(_ stored: StoredTensor, droppingFirst axes: Int) {
    let dimensions = stored.shape.dimensions
    let isPlain = dimensions.count > axes && dimensions.prefix(axes).allSatisfy { $0 == 1 }
    self.init(stored, shape: isPlain ? Shape(Array(dimensions.dropFirst(axes))) : stored.shape)
  }

  /// A stored tensor of one element as a scalar.
  init(scalar stored: StoredTensor) {
    self.init(stored, shape: stored.count == 1 ? [] : stored.shape)
  }
}

/// A variable's place in a progressively grown TensorFlow network: `16x16/Conv0_up/weight`,
/// `ToRGB_lod2/bias`.
struct TensorFlowScope {
  /// The name's parts between slashes.
  let parts: [String]

  init(_ name: String) { parts = name.split(separator: "/").map(String.init) }

  /// The side of the block, if the name begins with one.
  var resolution: Int? {
    let sides = (parts.first ?? "").split(separator: "x").map { Int($0) }
    guard sides.count == 2, let side = sides[0], side == sides[1], side >= 4,
      side & (side - 1) == 0, side <= 1 << 20
    else { return nil }
    return side
  }

  /// The number k of `word_lod{k}`, which lies k halvings below the full resolution.
  func levelOfDetail(_ word: String) -> Int? {
    guard let first = parts.first, first.hasPrefix("\(word)_lod") else { return nil }
    return Int(first.dropFirst(word.count + 4)).flatMap { (0..<20).contains($0) ? $0 : nil }
  }

  /// The highest side of a block among `names`, 4 if there is none.
  static func resolution(of names: some Sequence<String>) -> Int {
    names.compactMap { TensorFlowScope($0).resolution }.max() ?? 4
  }
}
