import Tensors

/// Reads attributes off pictures: a linear map of perceptual features, fitted to pictures whose
/// attributes are known (``LatentEncoder/fit(features:latents:)``), such as those of a drawn world.
///
/// What a linear map cannot read, an angle of 360° for instance, shows in ``Attribute/explained``.
public struct AttributeReadout: Sendable {
  /// One number that is read.
  public struct Attribute: Sendable, Hashable {
    /// Its name; what stands before the first dot is its group (`paint.red` is of `paint`).
    public let name: String
    /// The share of its variance that is read right from pictures that were kept out of the fit, at
    /// most 1; 0 and less for what cannot be read.
    public let explained: Double

    /// An attribute; see the properties.
    public init(name: String, explained: Double) {
      (self.name, self.explained) = (name, explained)
    }

    /// The part of the name before the first dot.
    public var group: String { String(name.prefix { $0 != "." }) }
  }

  /// What is read, in the order of the values.
  public let attributes: [Attribute]
  private let encoder: LatentEncoder

  /// Fits a readout to `features` `[N, width]` of pictures and their attributes' `values` `[N][names]`.
  ///
  /// Every fourth picture is kept out and tells how well each attribute is read. Attributes that do
  /// not vary are left out. Throws ``EditingError`` for fewer than 16 pictures or none that varies.
  public init(features: Tensor, names: [String], values: [[Double]]) throws {
    let count = features.shape[0]
    precondition(
      values.count == count && values.allSatisfy { $0.count == names.count },
      "\(values.count) rows of attributes for features \(features.shape)")
    guard count >= 16 else {
      throw EditingError.unsupported(
        reason: "attributes are fitted to 16 pictures and more, not to \(count).")
    }
    let kept = (0..<count).filter { $0 % 4 == 3 }, fitted = (0..<count).filter { $0 % 4 != 3 }
    var columns: [(name: String, values: [Double])] = []
    for (index, name) in names.enumerated() {
      let column = values.map { $0[index] }
      if let scaled = Self.standardized(column, over: fitted) { columns.append((name, scaled)) }
    }
    guard !columns.isEmpty else {
      throw EditingError.unsupported(reason: "no attribute of the pictures varies.")
    }
    func rows(_ numbers: [Int]) -> Tensor {
      .concatenated(numbers.map { features.rows($0..<$0 + 1) })
    }
    let targets = fitted.flatMap { row in columns.map { Float($0.values[row]) } }
    encoder = try LatentEncoder.fit(
      features: rows(fitted),
      latents: Tensor(targets, shape: [fitted.count, columns.count])
    ).encoder
    let guesses = encoder.guess(rows(kept))
    attributes = columns.enumerated().map { index, column in
      let truth = kept.map { column.values[$0] }
      let mean = truth.reduce(0, +) / Double(truth.count)
      var error = 0.0, spread = 0.0
      for (row, value) in truth.enumerated() {
        let guess = Double(guesses[row, index])
        error += (guess - value) * (guess - value)
        spread += (value - mean) * (value - mean)
      }
      return Attribute(name: column.name, explained: spread > 0 ? 1 - error / spread : 0)
    }
  }

  /// The attributes of pictures with `features` `[N, width]`, in standard deviations of those fitted
  /// to: `[N, attributes]`.
  public func values(of features: Tensor) -> Tensor { encoder.guess(features) }

  /// A column with mean 0 and deviation 1 over some rows; `nil` if it does not vary there.
  private static func standardized(_ column: [Double], over rows: [Int]) -> [Double]? {
    let mean = rows.reduce(0) { $0 + column[$1] } / Double(rows.count)
    let variance =
      rows.reduce(0) { $0 + (column[$1] - mean) * (column[$1] - mean) } / Double(rows.count)
    guard variance > 1e-12 else { return nil }
    return column.map { ($0 - mean) / variance.squareRoot() }
  }
}
