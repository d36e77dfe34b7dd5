import Foundation
import Projects

/// The folder where weights lie, with the index of those that can be fetched.
struct WeightsFolder: Sendable {
  /// The folder.
  let url: URL

  /// The extensions of weights files.
  static let extensions: Set<String> = ["safetensors", "pkl", "pt", "pth", "ckpt"]

  /// Finds the folder: `ATELIER_WEIGHTS`; else `Weights` here, or in a folder above the program,
  /// if it holds an index; else `atelier/weights` in the user's data folder.
  ///
  /// Throws `CommandError` if `ATELIER_WEIGHTS` names no folder.
  static func locate() throws -> WeightsFolder {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["ATELIER_WEIGHTS"], !path.isEmpty {
      let url = URL(fileURLWithPath: path, isDirectory: true)
      guard isFolder(url) else {
        throw CommandError.invalidInput(
          "\(path): ATELIER_WEIGHTS names this folder, but there is none. Make it and put an "
            + "\(WeightsIndex.fileName) there, or unset ATELIER_WEIGHTS.")
      }
      return WeightsFolder(url: url)
    }
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
    if let folder = holdingIndex(in: here) { return folder }
    if var place = Bundle.main.executableURL?.resolvingSymlinksInPath() {
      while place.path != "/" {
        place = place.deletingLastPathComponent()
        if let folder = holdingIndex(in: place) { return folder }
      }
    }
    let data =
      environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/share")
    return WeightsFolder(url: data.appendingPathComponent("atelier/weights", isDirectory: true))
  }

  /// The weights that the folder's index offers.
  func index() throws -> [WeightsEntry] {
    try WeightsIndex(contentsOf: url.appendingPathComponent(WeightsIndex.fileName)).weights
  }

  /// The entry of this name, `nil` if the index has none.
  func entry(named name: String) throws -> WeightsEntry? {
    try index().first { $0.name == name }
  }

  /// The entry of this name; an unknown name is an error that lists near ones.
  func requireEntry(named name: String) throws -> WeightsEntry {
    let entries = try index()
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    let near = NearNames.near(name, among: entries.map(\.name), limit: 5)
    let advice =
      near.isEmpty ? "" : " Near names: \(near.joined(separator: ", "))."
    throw CommandError.invalidInput(
      "\(url.appendingPathComponent(WeightsIndex.fileName).path): no weights are called "
        + "'\(name)'.\(advice) `atelier weights list` shows all \(entries.count).")
  }

  /// Where the fetched file of an entry lies, or will lie.
  func file(of entry: WeightsEntry) -> URL { url.appendingPathComponent(entry.file) }

  /// Every weights file that is present in the folder, sorted by name.
  func files() -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.sorted().filter { !$0.hasPrefix(".") }.map(url.appendingPathComponent)
      .filter { Self.extensions.contains($0.pathExtension) && !Self.isFolder($0) }
  }

  private static func holdingIndex(in parent: URL) -> WeightsFolder? {
    let folder = parent.appendingPathComponent("Weights", isDirectory: true)
    let index = folder.appendingPathComponent(WeightsIndex.fileName)
    return FileManager.default.fileExists(atPath: index.path) ? WeightsFolder(url: folder) : nil
  }

  private static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
