import Checkpoints
import Foundation

/// Files by name, from a folder or a zip.
protocol FileSource: Sendable {
  /// What it is called in errors.
  var name: String { get }
  /// The files' paths in it.
  var names: [String] { get }
  /// The bytes of a file.
  func data(_ name: String) throws -> Data
}

/// A folder with those in it.
struct FolderSource: FileSource {
  let name: String
  let names: [String]
  private let url: URL

  init(_ url: URL) throws {
    self.url = url
    name = url.lastPathComponent
    guard let walk = FileManager.default.enumerator(atPath: url.path) else {
      throw TrainingError.unfitData(place: url.path, reason: "the folder cannot be read")
    }
    names = walk.compactMap { $0 as? String }
  }

  func data(_ name: String) throws -> Data {
    let file = url.appendingPathComponent(name)
    do {
      return try Data(contentsOf: file)
    } catch {
      throw TrainingError.unfitData(place: file.path, reason: error.localizedDescription)
    }
  }
}

/// A zip.
struct ZipSource: FileSource {
  let name: String
  private let archive: ZipArchive

  init(_ url: URL) throws {
    name = url.lastPathComponent
    archive = try ZipArchive(contentsOf: url)
  }

  var names: [String] { archive.memberNames }

  func data(_ name: String) throws -> Data { try archive.member(named: name) }
}
