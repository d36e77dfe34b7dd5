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
