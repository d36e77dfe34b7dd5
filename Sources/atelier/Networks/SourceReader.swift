import ArgumentParser
import Editing
import Foundation
import Networks
import Projects
import Tensors

/// Turns what users write for a latent into a source: a seed, a name kept in the project, `mean`,
/// or a file. Content from files is gathered on the way.
struct SourceReader {
  private let project: Project?
  private let size: GeneratorSize
  private let label: ClassLabel?
  /// Content that came from files, by digest.
  private(set) var attachments: [Digest: Tensor] = [:]

  init(project: Project?, generator: any Generator, label: ClassLabel?) {
    self.project = project
    size = generator.size
    self.label = label
  }

  /// Content from files and from the project.
  var content: MemoryContent { MemoryContent(attachments, fallback: project) }

  /// One latent: `85`, `anna`, `mean`, `projected_w.npz`, or a point between two others:
  /// `lerp:85:821:0.5`, `slerp:85:821:0.5`.
  mutating func source(_ text: String) throws -> LatentSource {
    if let way = Interpolation.allCases.first(where: { text.hasPrefix($0.rawValue + ":") }) {
      return try between(text, way)
    }
    if let seed = try Self.seed(text) { return .seed(seed, label: label) }
    if text == "mean" { return LatentSource(.mean) }
    if let project {
      if let kept = try project.latents().first(where: { $0.name == text }) {
        return LatentSource(
          .latent(kept.tensor, kept.space), label: kept.space == .z ? label : nil,
          companions: kept.companions)
      }
      if try project.artworks().contains(where: { $0.name == text }) {
        return try artwork(text, in: project)
      }
    }
    guard FileManager.default.fileExists(atPath: text) else {
      let hint = project == nil ? " (give --project to use names kept in a project)" : ""
      throw CommandError.invalidInput(
        "'\(text)' is no seed, no name of a latent and no file\(hint).")
    }
    return try file(URL(fileURLWithPath: text), key: nil)
  }

  /// `lerp:A:B:T`: from A (T = 0) to B (T = 1).
  private mutating func between(_ text: String, _ way: Interpolation) throws -> LatentSource {
    let (from, to, t) = try Self.ends(of: text, way)
    return LatentSource(
      .between(try source(from).plain, try source(to).plain, t: t, way), label: label)
  }

  /// The parts of `lerp:A:B:T`.
  private static func ends(
    of text: String, _ way: Interpolation
  ) throws -> (from: String, to: String, t: Float) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, let t = Float(parts[3]), t.isFinite,
      !parts[1].isEmpty, !parts[2].isEmpty
    else {
      throw ValidationError(
        "'\(text)' is not \(way.rawValue):FROM:TO:T, such as \(way.rawValue):85:821:0.5.")
    }
    return (parts[1], parts[2], t)
  }

  /// Several latents: seeds and ranges of seeds, or names and files, separated by commas.
  mutating func sources(_ text: String) throws -> [(source: LatentSource, name: String)] {
    if let seeds = try? SeedList.parse(text) {
      return seeds.map { (.seed($0, label: label), "\($0)") }
    }
    try Self.checkSeeds(text)
    return try text.split(separator: ",").flatMap {
      part -> [(source: LatentSource, name: String)] in
      if let seeds = try? SeedList.parse(String(part)) {
        return seeds.map { (.seed($0, label: label), "\($0)") }
      }
      let url = URL(fileURLWithPath: String(part))
      let stem = url.deletingPathExtension().lastPathComponent
      if try !isKept(String(part)), FileManager.default.fileExists(atPath: url.path) {
        let batch = try batch(url)
        return batch.enumerated().map { ($1, batch.count == 1 ? stem : "\(stem)-\($0)") }
      }
      return [(try source(String(part)), stem)]
    }
  }

  /// Whether the project keeps a latent or artwork of this name.
  private func isKept(_ name: String) throws -> Bool {
    guard let project else { return false }
    return try project.latents().contains { $0.name == name }
      || project.artworks().contains { $0.name == name }
  }

  /// The latents in a file: one, or all of a batch `[N, rows, wDim]`.
  private mutating func batch(_ url: URL) throws -> [LatentSource] {
    let tensor = try LatentFile.read(url)
    guard tensor.shape.rank == 3 else { return [try file(tensor, what: url.path)] }
    return try (0..<tensor.shape[0]).map { index in
      try file(tensor.row(index), what: "\(url.path), latent \(index)")
    }
  }

  /// The seed that a text of digits alone means, `nil` for any other text.
  private static func seed(_ text: String) throws -> UInt32? {
    guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    guard let seed = UInt32(text) else {
      throw EditingError.invalidSeeds(text: text, reason: "it is above 4294967295")
    }
    return seed
  }

  /// Throws for a text that can only be meant as a seed, or as a way between two latents, but is
  /// none.
  static func checkLatent(_ text: String) throws {
    guard let way = Interpolation.allCases.first(where: { text.hasPrefix($0.rawValue + ":") })
    else { return _ = try seed(text) }
    let (from, to, _) = try ends(of: text, way)
    for end in [from, to] { try checkLatent(end) }
  }

  /// Throws for a text that can only be meant as a list of seeds, or as ways between latents, but is
  /// none.
  static func checkSeeds(_ text: String) throws {
    for part in text.split(separator: ",") where part.contains(":") {
      try checkLatent(String(part))
    }
    if text.allSatisfy({ $0.isNumber || $0 == "," || $0 == "-" || $0 == " " }) {
      _ = try SeedList.parse(text)
    }
  }

  /// The latent in a file; its shape tells whether it is W or W+.
  mutating func file(_ url: URL, key: String?) throws -> LatentSource {
    try file(LatentFile.read(url, key: key), what: url.path)
  }

  private mutating func file(_ tensor: Tensor, what: String) throws -> LatentSource {
    let space = try Self.space(of: tensor, size: size, what: what)
    let digest = Digest(of: tensor)
    attachments[digest] = tensor
    return LatentSource(.latent(digest, space))
  }

  /// The W+ that an artwork has come to, as content.
  private mutating func artwork(_ name: String, in project: Project) throws -> LatentSource {
    let recipe = try project.recipe(of: name)
    guard recipe.edits.isEmpty else {
      throw CommandError.invalidInput(
        "artwork '\(name)' has edits: keep its latent first with 'atelier latents keep'.")
    }
    return recipe.base
  }

  /// A centre to truncate towards, as the digest of a W or W+ tensor.
  mutating func center(_ text: String, generator: any Generator) throws -> Digest? {
    let source = try source(text).plain
    if source.origin == .mean { return nil }
    let renderer = Renderer(
      generator: generator, network: Digest(of: Data()), content: content)
    let recipe = Recipe(network: renderer.network, base: source)
    let ws = try renderer.plan(recipe).ws
    attachments[Digest(of: ws)] = ws
    return Digest(of: ws)
  }

  /// The space of a latent of this shape.
  static func space(
    of tensor: Tensor, size: GeneratorSize, what: String
  ) throws -> LatentSpace {
    if tensor.shape == [size.wDim] { return .w }
    if tensor.shape == [size.rows, size.wDim] { return .wPlus }
    throw EditingError.wrongShape(
      what: what, expected: "[\(size.wDim)] or [\(size.rows), \(size.wDim)]",
      found: "\(tensor.shape)")
  }
}
