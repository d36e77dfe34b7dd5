import Tensors

/// Where a latent comes from: a seed, stored content, the mean, or a way between two of these.
public struct LatentSource: Hashable, Sendable {
  /// The kinds of origin.
  public indirect enum Origin: Hashable, Sendable {
    /// z = NumPy's `RandomState(seed).randn(1, zDim)`: everybody's seed.
    case seed(UInt32)
    /// A stored latent, by the digest of its tensor.
    case latent(Digest, LatentSpace)
    /// The network's mean latent.
    case mean
    /// From one source to another: `t` 0 is the first, 1 the second.
    case between(LatentSource, LatentSource, t: Float, Interpolation)
  }

  /// The origin.
  public var origin: Origin
  /// The class for a conditional network: weights by class number.
  public var label: ClassLabel?
  /// Whether the recipe's truncation applies; by default it does to all but stored W and W+.
  public var truncates: Bool
  /// What was found together with an inverted latent: a recipe that has it as its base draws with it.
  public var companions: LatentCompanions

  /// A source; see the properties.
  public init(
    _ origin: Origin, label: ClassLabel? = nil, truncates: Bool? = nil,
    companions: LatentCompanions = .none
  ) {
    self.origin = origin
    self.label = label
    self.truncates = truncates ?? Self.truncatesByDefault(origin)
    self.companions = companions
  }

  /// The latent alone, as mixtures and ways between latents take it.
  public var plain: LatentSource {
    var plain = self
    plain.companions = .none
    return plain
  }

  /// The latent of a seed.
  public static func seed(_ seed: UInt32, label: ClassLabel? = nil) -> LatentSource {
    LatentSource(.seed(seed), label: label)
  }

  private static func truncatesByDefault(_ origin: Origin) -> Bool {
    switch origin {
    case .seed, .mean: true
    case .latent(_, let space): space == .z
    case .between: true
    }
  }

  /// The stored content that the source names.
  public var tensors: [Digest] {
    switch origin {
    case .seed, .mean: []
    case .latent(let digest, _): [digest] + companions.tensors
    case .between(let a, let b, _, _): a.tensors + b.tensors
    }
  }
}

/// What belongs to an inverted latent beside its numbers, by digest.
public struct LatentCompanions: Hashable, Sendable {
  /// How the weights of the synthesis were tuned to the latent: a ``WeightTuning``'s tensor.
  public var tuning: Digest?
  /// The optimised noise maps: a ``NoiseMaps``' tensor.
  public var noise: Digest?

  /// Neither.
  public static let none = LatentCompanions()

  /// Companions; see the properties.
  public init(tuning: Digest? = nil, noise: Digest? = nil) {
    (self.tuning, self.noise) = (tuning, noise)
  }

  /// The stored content.
  public var tensors: [Digest] { [tuning, noise].compactMap(\.self) }
}

/// The spaces that a latent can live in.
public enum LatentSpace: String, Codable, Sendable, CaseIterable {
  /// The mapping network's input, `[zDim]`.
  case z = "Z"
  /// Its output, one vector for all layers, `[wDim]`.
  case w = "W"
  /// One vector a layer, `[rows, wDim]`.
  case wPlus = "W+"
}

/// How to go from one latent to another.
public enum Interpolation: String, Codable, Sendable, CaseIterable {
  /// A straight line in W or W+.
  case lerp
  /// A great circle in Z (both ends must be seeds or Z latents); White, arXiv 1609.04468.
  case slerp
}

/// A class, or a mix of classes, of a conditional network: weights by class number.
public struct ClassLabel: Hashable, Sendable {
  /// The weight of every class that is named.
  public let weights: [Int: Float]

  /// One class with weight 1.
  public init(_ number: Int) { weights = [number: 1] }

  /// Reads `1` or `1:0.7,4:0.3`.
  public init(parsing text: String) throws(EditingError) {
    var weights: [Int: Float] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: ":", omittingEmptySubsequences: false)
      guard let number = sides.first.flatMap({ Int($0.trimmingSpaces()) }), number >= 0,
        sides.count <= 2
      else { throw .invalidLabel(text: text, reason: "'\(part)' has no class number") }
      guard let weight = sides.count == 2 ? Float(sides[1].trimmingSpaces()) : 1, weight.isFinite
      else { throw .invalidLabel(text: text, reason: "'\(part)' has no weight after its colon") }
      weights[number, default: 0] += weight
    }
    self.weights = weights
  }

  /// The label vector `[classes]` that the network takes.
  public func vector(classes: Int) throws(EditingError) -> [Float] {
    var vector = [Float](repeating: 0, count: classes)
    for (number, weight) in weights {
      guard number < classes else {
        throw .labelMismatch(
          reason: classes == 0
            ? "a class was given, but this network is not conditional."
            : "class \(number) is out of range: this network has classes 0 to \(classes - 1).")
      }
      vector[number] = weight
    }
    return vector
  }
}

extension ClassLabel: CustomStringConvertible {
  /// `1` or `1:0.7,4:0.3`, by class number.
  public var description: String {
    if weights.count == 1, let only = weights.first, only.value == 1 { return "\(only.key)" }
    return weights.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
  }
}

extension ClassLabel: Codable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    try self.init(parsing: decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension LatentSource: CustomStringConvertible {
  /// For history lists, with stored content by the beginning of its digest.
  public var description: String { summary(\.short) }

  /// For history lists: `seed 85`, `W+ anna`, `the mean`, `seed 1 → seed 2 at 0.5`; `name` says
  /// what stored content is called.
  public func summary(_ name: (Digest) -> String) -> String {
    let origin =
      switch origin {
      case .seed(let seed): "seed \(seed)"
      case .latent(let digest, let space): "\(space.rawValue) \(name(digest))"
      case .mean: "the mean"
      case .between(let a, let b, let t, let way):
        "\(a.summary(name)) → \(b.summary(name)) at \(t) (\(way.rawValue))"
      }
    let with = [companions.tuning.map { _ in "tuned" }, companions.noise.map { _ in "own noise" }]
      .compactMap(\.self).joined(separator: ", ")
    let text = with.isEmpty ? origin : "\(origin) (\(with))"
    return label.map { "\(text), class \($0)" } ?? text
  }
}

extension LatentSource: Codable {
  private enum CodingKeys: String, CodingKey {
    case seed, latent, space, mean, from, to, t, method, label = "class", truncates = "truncate"
    case tuning, noise
  }

  /// Reads `{"seed": 85}`, `{"latent": "sha256:…", "space": "W+"}`, `{"mean": true}` or
  /// `{"from": …, "to": …, "t": 0.5, "method": "slerp"}`, each with an optional `class`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let origin: Origin
    if let number = try container.decodeIfPresent(Int.self, forKey: .seed) {
      guard let seed = UInt32(exactly: number) else {
        throw DecodingError.dataCorruptedError(
          forKey: .seed, in: container, debugDescription: "\(number) is not 0 to 4294967295")
      }
      origin = .seed(seed)
    } else if let digest = try container.decodeIfPresent(Digest.self, forKey: .latent) {
      origin = .latent(digest, try container.decode(LatentSpace.self, forKey: .space))
    } else if try container.decodeIfPresent(Bool.self, forKey: .mean) == true {
      origin = .mean
    } else {
      origin = .between(
        try container.decode(LatentSource.self, forKey: .from),
        try container.decode(LatentSource.self, forKey: .to),
        t: try container.decode(Float.self, forKey: .t),
        try container.decode(Interpolation.self, forKey: .method))
    }
    self.init(
      origin, label: try container.decodeIfPresent(ClassLabel.self, forKey: .label),
      truncates: try container.decodeIfPresent(Bool.self, forKey: .truncates),
      companions: LatentCompanions(
        tuning: try container.decodeIfPresent(Digest.self, forKey: .tuning),
        noise: try container.decodeIfPresent(Digest.self, forKey: .noise)))
  }

  /// Writes the form that the decoder reads; what is at its default is left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch origin {
    case .seed(let seed): try container.encode(seed, forKey: .seed)
    case .latent(let digest, let space):
      try container.encode(digest, forKey: .latent)
      try container.encode(space, forKey: .space)
    case .mean: try container.encode(true, forKey: .mean)
    case .between(let from, let to, let t, let method):
      try container.encode(from, forKey: .from)
      try container.encode(to, forKey: .to)
      try container.encode(t, forKey: .t)
      try container.encode(method, forKey: .method)
    }
    try container.encodeIfPresent(label, forKey: .label)
    try container.encodeIfPresent(companions.tuning, forKey: .tuning)
    try container.encodeIfPresent(companions.noise, forKey: .noise)
    if truncates != Self.truncatesByDefault(origin) {
      try container.encode(truncates, forKey: .truncates)
    }
  }
}
