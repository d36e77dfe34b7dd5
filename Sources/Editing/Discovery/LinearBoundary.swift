import Foundation
import Tensors

/// A hyperplane between latents that have an attribute and latents that have not (InterFaceGAN, Shen
/// et al., arXiv 1907.10786): its normal is the attribute's direction.
public struct LinearBoundary: Sendable {
  /// The unit normal, towards the latents with high scores: `[width]`.
  public let normal: Tensor
  /// The normal as the support vector machine has it: 1 / its length is the margin.
  public let coefficients: [Double]
  /// What the machine adds: the plane is where coefficients · w + intercept is 0.
  public let intercept: Double
  /// ½ |coefficients|² + C Σ max(0, 1 − y (coefficients · w + intercept)), which was minimised.
  public let objective: Double
  /// How many latents lie on the margin or within it.
  public let supportCount: Int

  /// Which latents a boundary is fitted to.
  public struct Selection: Sendable {
    /// The latents to fit, those with high scores first: `[2 · train, width]`.
    public let training: Tensor
    /// Their labels: 1 for high scores, 0 for low ones.
    public let labels: [Int]
    /// Latents as clear as these, kept aside: `[2 · kept, width]`, `nil` for none.
    public let validation: (latents: Tensor, labels: [Int])?
    /// All between, labelled by the middle of the scores; `nil` for none.
    public let remaining: (latents: Tensor, labels: [Int])?

    /// The clearest cases at both ends of the scores.
    ///
    /// - Parameters:
    ///   - latents: `[N, width]`.
    ///   - scores: N of them.
    ///   - chosen: How many at each end: up to 1 a share of all, above a number; half at most.
    ///   - split: The share of those that is fitted.
    ///   - random: Shuffles them, first the high ones, as NumPy's `shuffle` does.
    public init(
      latents: Tensor, scores: [Float], chosen: Double, split: Double, random: inout RandomState
    ) throws {
      precondition(
        latents.shape.rank == 2 && latents.shape[0] == scores.count,
        "\(scores.count) scores for latents \(latents.shape)")
      guard scores.allSatisfy(\.isFinite), chosen > 0, split > 0, split <= 1 else {
        throw EditingError.unsupported(
          reason: "scores must be finite, the share or number of latents above 0, and the split "
            + "above 0 and up to 1.")
      }
      let count = scores.count
      let order = scores.indices.sorted { (scores[$0], $0) > (scores[$1], $1) }
      let wanted = chosen <= 1 ? Double(count) * chosen : chosen
      let number = Int(min(wanted, Double(count / 2)))
      let train = Int(Double(number) * split)
      guard train >= 1 else {
        throw EditingError.unsupported(
          reason: "\(count) scored latents are too few: nothing is left to fit a boundary to.")
      }
      let high = random.permutation(number).map { order[$0] }
      let low = random.permutation(number).map { order[count - number + $0] }
      func rows(_ indices: some Sequence<Int>) -> Tensor {
        .concatenated(indices.map { latents.rows($0..<$0 + 1) })
      }
      training = rows(high[..<train] + low[..<train])
      let ones = [Int](repeating: 1, count: train)
      labels = ones + ones.map { _ in 0 }
      validation =
        train == number
        ? nil
        : (
          rows(high[train...] + low[train...]),
          (0..<2 * (number - train)).map { $0 < number - train ? 1 : 0 }
        )
      let between = order[number..<count - number]
      let middle = (scores[order[0]] + scores[order[count - 1]]) / 2
      remaining =
        between.isEmpty ? nil : (rows(between), between.map { scores[$0] < middle ? 0 : 1 })
    }
  }

  /// Fits a linear support vector machine with cost `cost` to latents `[N, width]` labelled 1 or 0.
  ///
  /// Throws ``EditingError/unsupported(reason:)`` where one of the labels is missing, or for more than
  /// 8,192 latents.
  public init(fitting latents: Tensor, labels: [Int], cost: Double = 1) throws {
    precondition(
      latents.shape.rank == 2 && labels.count == latents.shape[0],
      "\(labels.count) labels for latents \(latents.shape)")
    guard labels.contains(1), labels.contains(0) else {
      throw EditingError.unsupported(reason: "a boundary needs latents on both of its sides.")
    }
    guard labels.count <= SupportVectors.most else {
      throw EditingError.unsupported(
        reason: "\(labels.count) latents are more than \(SupportVectors.most): take fewer at each "
          + "end of the scores.")
    }
    let width = latents.shape[1]
    let values = latents.scalars.map(Double.init)
    let found = SupportVectors.solve(
      values, width: width, signs: labels.map { $0 == 1 ? 1 : -1 }, cost: cost)
    var coefficients = [Double](repeating: 0, count: width)
    for (n, multiplier) in found.multipliers.enumerated() where multiplier != 0 {
      for i in 0..<width { coefficients[i] += multiplier * values[n * width + i] }
    }
    let square = coefficients.reduce(0) { $0 + $1 * $1 }
    guard square > 0, square.isFinite else {
      throw EditingError.unsupported(
        reason: "no boundary lies between these latents: both sides are the same.")
    }
    let slack = labels.indices.reduce(0.0) { sum, n in
      let value = (0..<width).reduce(found.intercept) {
        $0 + coefficients[$1] * values[n * width + $1]
      }
      return sum + max(0, 1 - (labels[n] == 1 ? value : -value))
    }
    self.coefficients = coefficients
    intercept = found.intercept
    objective = square / 2 + cost * slack
    supportCount = found.multipliers.count { $0 != 0 }
    normal = Tensor(coefficients.map { Float($0 / square.squareRoot()) }, shape: [width])
  }

  /// The share of latents `[N, width]` that lie on the side that their labels say.
  public func accuracy(_ latents: Tensor, labels: [Int]) -> Double {
    let width = coefficients.count
    let values = latents.scalars
    let right = labels.indices.count { n in
      let value = (0..<width).reduce(intercept) {
        $0 + coefficients[$1] * Double(values[n * width + $1])
      }
      return (value > 0) == (labels[n] == 1)
    }
    return Double(right) / Double(max(labels.count, 1))
  }

  /// A unit normal without what it has of others (conditional manipulation): p minus the combination
  /// of `conditions` `[K, width]` that is nearest to it, scaled to unit length.
  ///
  /// Throws ``EditingError/unsupported(reason:)`` where nothing is left of it, or the conditions are
  /// not independent.
  public static func projected(_ normal: Tensor, awayFrom conditions: [Tensor]) throws -> Tensor {
    let width = normal.count
    precondition(conditions.allSatisfy { $0.count == width }, "conditions of other widths")
    let p = normal.scalars.map(Double.init)
    // Gram-Schmidt: an orthogonal basis of the conditions, then what of p lies outside of it.
    var basis: [[Double]] = []
    func without(_ vector: [Double]) -> [Double] {
      var rest = vector
      // Twice is enough for full precision.
      for axis in basis + basis {
        let share = zip(rest, axis).reduce(0) { $0 + $1.0 * $1.1 }
        for i in rest.indices { rest[i] -= share * axis[i] }
      }
      return rest
    }
    func unit(_ vector: [Double], of original: [Double], _ what: String) throws -> [Double] {
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let scale = original.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 1e-6 * scale, length.isFinite else {
        throw EditingError.unsupported(reason: "\(what) lies within the directions before it.")
      }
      return vector.map { $0 / length }
    }
    for (index, condition) in conditions.enumerated() {
      let vector = condition.scalars.map(Double.init)
      basis.append(try unit(without(vector), of: vector, "condition \(index)"))
    }
    let rest = try unit(without(p), of: p, "the direction")
    return Tensor(rest.map { Float($0) }, shape: [width])
  }

  /// Latents at signed distances `steps` from the plane through the origin with this unit normal, from
  /// w `[width]` on along the normal: `[steps, width]`.
  public static func walk(from w: Tensor, along normal: Tensor, to steps: [Float]) -> Tensor {
    let (w, n) = (w.scalars, normal.scalars)
    let place = zip(w, n).reduce(0) { $0 + $1.0 * $1.1 }
    return Tensor(
      steps.flatMap { step in w.indices.map { w[$0] + (step - place) * n[$0] } },
      shape: [steps.count, w.count])
  }
}
