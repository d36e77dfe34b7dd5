import Imaging
import Tensors

/// Where the style of an instance comes from.
public indirect enum StyleSource: Hashable, Sendable {
  /// A stored vector, `[F]`.
  case stored(Digest)
  /// A centre of stored clusters (`[centres, 1 + F]`): number `index` of the class; of the instance's
  /// own where `label` is `nil`.
  case cluster(Digest, index: Int, label: Int32?)
  /// The style that another instance has at this point of the recipe.
  case instance(Int32)
  /// From one source to another: `t` 0 is the first, 1 the second.
  case blend(StyleSource, StyleSource, t: Float)
  /// A draw with NumPy's `RandomState(seed)`: one of the class's centres in stored clusters
  /// (`randint`), or without clusters every number from `uniform(−1, 1)`.
  case draw(seed: UInt32, clusters: Digest?)

  /// The stored content that the source names.
  public var tensors: [Digest] {
    switch self {
    case .stored(let digest), .cluster(let digest, _, _): [digest]
    case .instance: []
    case .blend(let a, let b, _): a.tensors + b.tensors
    case .draw(_, let clusters): [clusters].compactMap(\.self)
    }
  }

  /// A few words; `name` says what stored content is called.
  public func summary(_ name: (Digest) -> String) -> String {
    switch self {
    case .stored(let digest): name(digest)
    case .cluster(let digest, let index, let label):
      "centre \(index)\(label.map { " of class \($0)" } ?? "") of \(name(digest))"
    case .instance(let id): "instance \(id)"
    case .blend(let a, let b, let t):
      "\(t) of the way from \(a.summary(name)) to \(b.summary(name))"
    case .draw(let seed, let clusters):
      "a draw with seed \(seed)\(clusters.map { " from \(name($0))" } ?? "")"
    }
  }

  /// The vector for an instance of `label`, `width` numbers.
  ///
  /// Throws ``EditingError`` where what it names is missing or has another width.
  func vector(
    for label: Int32, width: Int, among styles: SceneStyles, content: any ContentSource
  ) throws -> [Float] {
    switch self {
    case .stored(let digest):
      let tensor = try content.tensor(digest)
      guard tensor.shape == [width] else {
        throw EditingError.wrongShape(
          what: "style \(digest.short)", expected: "[\(width)]", found: "\(tensor.shape)")
      }
      return tensor.scalars
    case .cluster(let digest, let index, let stated):
      let clusters = try Self.clusters(digest, width, content)
      let label = stated ?? label
      guard let center = clusters.center(index, of: label) else {
        throw EditingError.unsupported(
          reason: "clusters \(digest.short) have no centre \(index) of class \(label): there are "
            + "\(clusters.centers[label]?.count ?? 0).")
      }
      return center
    case .instance(let id):
      guard let vector = styles.vectors[id] else {
        throw EditingError.unsupported(
          reason: "instance \(id) has no style yet: encode a photograph, or give it one.")
      }
      return vector
    case .blend(let a, let b, let t):
      let from = try a.vector(for: label, width: width, among: styles, content: content)
      let to = try b.vector(for: label, width: width, among: styles, content: content)
      // Both ends come out to the bit.
      if t == 0 { return from }
      if t == 1 { return to }
      return zip(from, to).map { (1 - t) * $0 + t * $1 }
    case .draw(let seed, let digest):
      var random = RandomState(seed: seed)
      guard let digest else { return (0..<width).map { _ in Float(random.uniform(-1, 1)) } }
      let clusters = try Self.clusters(digest, width, content)
      guard let count = clusters.centers[label]?.count,
        let center = clusters.center(random.integer(in: 0..<count), of: label)
      else {
        throw EditingError.unsupported(
          reason: "clusters \(digest.short) have no centres of class \(label).")
      }
      return center
    }
  }

  static func clusters(
    _ digest: Digest, _ width: Int, _ content: any ContentSource
  ) throws -> StyleClusters {
    let clusters = try StyleClusters(
      tensor: content.tensor(digest), what: "clusters \(digest.short)")
    guard clusters.width == width else {
      throw EditingError.wrongShape(
        what: "clusters \(digest.short)", expected: "centres of \(width) numbers",
        found: "\(clusters.width)")
    }
    return clusters
  }
}

extension StyleSource: Codable {
  private enum CodingKeys: String, CodingKey {
    case style, cluster, index, label, instance, from, to, t, seed, clusters
  }

  /// Reads `{"style": …}`, `{"cluster": …, "index": …}`, `{"instance": …}`,
  /// `{"from": …, "to": …, "t": …}` or `{"seed": …}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let digest = try container.decodeIfPresent(Digest.self, forKey: .style) {
      self = .stored(digest)
    } else if let digest = try container.decodeIfPresent(Digest.self, forKey: .cluster) {
      self = .cluster(
        digest, index: try container.decode(Int.self, forKey: .index),
        label: try container.decodeIfPresent(Int32.self, forKey: .label))
    } else if let id = try container.decodeIfPresent(Int32.self, forKey: .instance) {
      self = .instance(id)
    } else if let from = try container.decodeIfPresent(StyleSource.self, forKey: .from) {
      self = .blend(
        from, try container.decode(StyleSource.self, forKey: .to),
        t: try container.decode(Float.self, forKey: .t))
    } else {
      self = .draw(
        seed: try container.decode(UInt32.self, forKey: .seed),
        clusters: try container.decodeIfPresent(Digest.self, forKey: .clusters))
    }
  }

  /// Writes the form that the decoder reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .stored(let digest): try container.encode(digest, forKey: .style)
    case .cluster(let digest, let index, let label):
      try container.encode(digest, forKey: .cluster)
      try container.encode(index, forKey: .index)
      try container.encodeIfPresent(label, forKey: .label)
    case .instance(let id): try container.encode(id, forKey: .instance)
    case .blend(let from, let to, let t):
      try container.encode(from, forKey: .from)
      try container.encode(to, forKey: .to)
      try container.encode(t, forKey: .t)
    case .draw(let seed, let clusters):
      try container.encode(seed, forKey: .seed)
      try container.encodeIfPresent(clusters, forKey: .clusters)
    }
  }
}
