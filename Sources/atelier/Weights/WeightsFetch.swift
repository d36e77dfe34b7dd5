import Checkpoints
import Foundation
import Tensors

/// Fetches the file of one entry into the weights folder, whole or not at all.
struct WeightsFetch {
  let folder: WeightsFolder
  let entry: WeightsEntry
  /// Replaces a file that is already there.
  let force: Bool
  /// A download that the user already has.
  let from: URL?

  /// What a fetch did.
  enum Outcome: String, Codable {
    /// The file is new.
    case fetched
    /// The file was already there, with the right digest.
    case present
    /// The file was already there, and its digest is now pinned.
    case pinned
  }

  /// Fetches, unless the right file is already there.
  func run() throws -> Outcome {
    let lock = try FolderLock(folder.url)
    defer { withExtendedLifetime(lock) {} }
    if let outcome = try outcomeWithoutFetching() { return outcome }
    switch entry.source {
    case .package(let name, let version):
      try PackageDownload(folder: folder, entry: entry, package: (name, version)).run(from: from)
    case .url(let address):
      try URLDownload(folder: folder, entry: entry, address: address).run(from: from)
    case .local:
      throw CommandError.failed(
        "\(folder.file(of: entry).path): '\(entry.name)' is part of Atelier's sources and not on "
          + "offer elsewhere; restore it from there (git checkout -- Weights/\(entry.file)).")
    }
    return .fetched
  }

  private func outcomeWithoutFetching() throws -> Outcome? {
    let file = folder.file(of: entry)
    let expected = try folder.expectedDigest(of: file, entry: entry)
    switch try WeightsCheck(file, expected: expected) {
    case .absent: return nil
    case _ where force: return nil
    case .right: return .present
    case .wrong(let found, let expected):
      throw CommandError.failed(
        "\(file.path): is there, but its digest is \(found) instead of \(expected). Move it away, "
          + "or replace it with `atelier weights fetch \(entry.name) --force`.")
    case .unpinned(let digest):
      _ = try Checkpoint(contentsOf: file)
      try folder.writePin(digest, of: file)
      return .pinned
    }
  }
}
