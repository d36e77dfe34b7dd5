import Tensors

/// Style mixing: rows of other latents take the place of the picture's own, wholly or in part.
///
/// Row l becomes (1 − Σₖ aₖ(l)) w(l) + Σₖ aₖ(l) wₖ(l). One source with weight 1 over some rows is
/// the style mixing of the StyleGAN paper (arXiv 1812.04948, section 3.1); several sources with
/// soft weights mix N ways.
public struct MixOperation: EditOperation {
  /// The name in recipes.
  public static let kind = "mix"
  /// The version in recipes.
  public static let version = 1

  /// A latent that takes part.
  public struct Part: Codable, Hashable, Sendable {
    /// Where it comes from.
    public var source: LatentSource
    /// Its share of every row; rows that are not named have share 0.
    public var weight: LayerProfile

    /// A latent with its share of every row.
    public init(source: LatentSource, weight: LayerProfile) {
      self.source = source
      self.weight = weight
    }
  }

  /// The latents that take part.
  public var parts: [Part]

  /// Mixes several latents.
  public init(_ parts: [Part]) { self.parts = parts }

  /// Takes `layers` from one latent, with `weight` 1 wholly.
  public init(with source: LatentSource, layers: LayerSet, weight: Float = 1) {
    parts = [Part(source: source, weight: LayerProfile([(layers, weight)]))]
  }

  /// The stored content that the sources name.
  public var tensors: [Digest] { parts.flatMap(\.source.tensors) }

  /// `mix with seed 821 (8-17:1)`.
  public func summary(_ name: (Digest) -> String) -> String {
    "mix with "
      + parts.map { "\($0.source.summary(name)) (\($0.weight))" }.joined(separator: " and ")
  }

  /// Mixes the rows.
  public func apply(to ws: Tensor, in context: EditContext) throws -> Tensor {
    let (rows, width) = (ws.shape[0], ws.shape[1])
    let own = try ownShares(rows: rows)
    var result = ws
    result.withUnsafeMutableBuffer { values in
      for row in 0..<rows where own[row] != 1 {
        for i in row * width..<(row + 1) * width { values[i] *= own[row] }
      }
    }
    // Rows that come from one source alone are copied, so that not even a rounding changes them.
    var isEmpty = own.map { $0 == 0 }
    for part in parts {
      let shares = try part.weight.values(count: rows, default: 0)
      let other = try context.latent(of: part.source)
      result.withUnsafeMutableBuffer { values in
        other.withUnsafeBuffer { other in
          for row in 0..<rows where shares[row] != 0 {
            for i in row * width..<(row + 1) * width {
              values[i] =
                isEmpty[row] && shares[row] == 1
                ? other[i] : values[i] + shares[row] * other[i]
            }
            isEmpty[row] = false
          }
        }
      }
    }
    return result
  }

  /// What is left of the picture's own rows.
  private func ownShares(rows: Int) throws -> [Float] {
    var own = [Float](repeating: 1, count: rows)
    for part in parts {
      for (row, share) in try part.weight.values(count: rows, default: 0).enumerated() {
        own[row] -= share
      }
    }
    return own
  }
}
