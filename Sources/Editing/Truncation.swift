import Tensors

/// The truncation trick: every row of W+ is drawn towards a centre, w ← c + ψ (w − c).
///
/// ψ may differ by layer, may be negative (the "anti-face") and may exceed 1. The centre is the
/// network's mean latent unless another is named. Karras et al., arXiv 1812.04948, appendix B;
/// the cutoff is that of the official code: rows from it on stay as they are.
public struct Truncation: Hashable, Sendable {
  /// ψ by row; rows that the profile does not name keep ψ = 1.
  public var psi: LayerProfile
  /// Rows from this one on are not truncated.
  public var cutoff: Int?
  /// A W or W+ latent to truncate towards, instead of the mean.
  public var center: Digest?

  /// No truncation.
  public static let none = Truncation(psi: LayerProfile(1))

  /// A truncation; see the properties.
  public init(psi: LayerProfile, cutoff: Int? = nil, center: Digest? = nil) {
    self.psi = psi
    self.cutoff = cutoff
    self.center = center
  }

  /// The same ψ for every row.
  public static func psi(_ psi: Float, cutoff: Int? = nil) -> Truncation {
    Truncation(psi: LayerProfile(psi), cutoff: cutoff)
  }

  /// Profiles with names, for `--trunc-profile`.
  public static let profiles: [(name: String, psi: String, meaning: String)] = [
    ("calm-geometry", "coarse:0.5,middle:0.7,fine:1", "safe shapes, free colours"),
    ("wild-colour", "coarse:0.7,middle:0.7,fine:1.3", "safe shapes, exaggerated colours"),
    ("free-geometry", "coarse:1,middle:0.8,fine:0.6", "varied shapes, calm colours"),
    ("portrait", "coarse:0.6,middle:0.7,fine:0.8", "a little of everything"),
  ]

  /// The truncation profile called `name`.
  public static func profile(named name: String) throws(EditingError) -> LayerProfile {
    guard let found = profiles.first(where: { $0.name == name }) else {
      throw .unknownProfile(name: name, known: profiles.map(\.name))
    }
    return try LayerProfile(parsing: found.psi)
  }

  /// ψ of each of `count` rows, the cutoff applied.
  public func values(count: Int) throws(EditingError) -> [Float] {
    var values = try psi.values(count: count, default: 1)
    if let cutoff {
      for row in values.indices where row >= cutoff { values[row] = 1 }
    }
    return values
  }

  /// Truncates `ws` of shape `[N, rows, w]` towards `center` of shape `[w]` or `[rows, w]`.
  public func apply(to ws: Tensor, center: Tensor) throws(EditingError) -> Tensor {
    let (rows, width) = (ws.shape[1], ws.shape[2])
    let psi = try values(count: rows)
    guard center.count == width || center.count == rows * width else {
      throw .wrongShape(
        what: "the truncation centre", expected: "[\(width)] or [\(rows), \(width)]",
        found: "\(center.shape)")
    }
    if psi.allSatisfy({ $0 == 1 }) { return ws }
    var result = ws
    let stride = center.count == width ? 0 : width
    result.withUnsafeMutableBuffer { values in
      center.withUnsafeBuffer { center in
        for sample in 0..<ws.shape[0] {
          for row in 0..<rows where psi[row] != 1 {
            let base = (sample * rows + row) * width
            for i in 0..<width {
              let c = center[row * stride + i]
              values[base + i] = c + psi[row] * (values[base + i] - c)
            }
          }
        }
      }
    }
    return result
  }
}

extension Truncation: Codable {
  private enum CodingKeys: String, CodingKey { case psi, cutoff, center }

  /// Reads `{"psi": 0.7, "cutoff": 8, "center": "sha256:…"}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    psi = try container.decode(LayerProfile.self, forKey: .psi)
    cutoff = try container.decodeIfPresent(Int.self, forKey: .cutoff)
    center = try container.decodeIfPresent(Digest.self, forKey: .center)
  }
}
