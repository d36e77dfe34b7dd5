import Editing
import Foundation
import Networks
import Projects
import Tensors

/// A loaded network of any kind, with what recipes and projects remember of it.
protocol IdentifiedNetwork {
  /// What recipes name it by.
  var digest: Digest { get }
  /// What it is called.
  var name: String { get }
  /// Where it lies.
  var url: URL { get }
  /// Its family, configuration and parameters.
  var canonical: CanonicalNetwork { get }
}

extension IdentifiedNetwork {
  /// What a project remembers.
  var record: NetworkRecord {
    NetworkRecord(
      digest: digest, family: canonical.family, name: name, path: url.path,
      configuration: canonical.configuration, licence: canonical.provenance["licence"] ?? "")
  }

  /// What a PNG remembers.
  var reference: PictureDocument.Network {
    PictureDocument.Network(digest: digest, family: canonical.family, name: name)
  }

  /// Throws unless it is the network with `digest`, known as `title`.
  func check(is digest: Digest, called title: String?) throws {
    guard self.digest == digest else {
      throw EditingError.wrongNetwork(
        expected: title.map { "'\($0)' (\(digest))" } ?? "\(digest)",
        found: "'\(name)' (\(self.digest))")
    }
  }
}
