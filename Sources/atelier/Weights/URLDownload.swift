import Checkpoints
import Foundation
import Tensors

/// A weights file that lies at an address: fetched by `curl`, resumed where it was interrupted.
struct URLDownload {
  let folder: WeightsFolder
  let entry: WeightsEntry
  let address: URL

  private var target: URL { folder.file(of: entry) }
  /// What has arrived so far.
  private var part: URL { target.appendingPathExtension("part") }

  /// Makes the file appear under its name; `file` is one that the user already has.
  func run(from file: URL?) throws {
    var wasResumed = false
    if let file {
      try copy(file)
    } else {
      wasResumed = (WeightsCheck.size(of: part) ?? 0) > 0
      try download()
    }
    let digest: Digest
    do {
      digest = try checkPart(wasResumed: wasResumed)
    } catch {
      try? FileManager.default.removeItem(at: part)
      throw error
    }
    // The pin comes first: a fetch killed here resumes with a complete part.
    if entry.fileDigest == nil { try folder.writePin(digest, of: target) }
    try FinishedFile.move(part, to: target)
  }

  private func copy(_ file: URL) throws {
    try? FileManager.default.removeItem(at: part)
    do {
      try FileManager.default.copyItem(at: file, to: part)
    } catch {
      try? FileManager.default.removeItem(at: part)
      throw CommandError.failed("\(file.path): cannot be copied: \(error.localizedDescription)")
    }
  }

  /// Brings the part to its full length.
  private func download() throws {
    if let size = WeightsCheck.size(of: part), let bytes = entry.bytes {
      if size == bytes { return }
      if size > bytes { try? FileManager.default.removeItem(at: part) }
    }
    var ending = try curl()
    // The server cannot resume, or the part is longer than the file: start again, once.
    if ending.code == 33 || ending.code == 36 {
      Output.note("\(entry.name): the download cannot be resumed; it starts again.")
      try? FileManager.default.removeItem(at: part)
      ending = try curl()
    }
    // Servers refuse to go on when nothing is missing; then the part is whole.
    if ending.code == 22, (try? Checkpoint(contentsOf: part)) != nil { return }
    guard ending.code == 0 else {
      let kept = (WeightsCheck.size(of: part) ?? 0) > 0
      throw CommandError.failed(
        "\(entry.name): `curl` for \(address.absoluteString) \(ending.description)\n"
          + (kept
            ? "\(part.path) keeps what has arrived: the next fetch goes on from there."
            : "Nothing was kept. Try again, or give a file that you have with --from FILE."))
    }
  }

  private func curl() throws -> Client.Ending {
    let isWatched = Client.hasTerminal
    do {
      return try Client(command: ["curl"]).run(
        ["--fail", "--location", "--continue-at", "-", "--output", part.path]
          + (isWatched ? ["--progress-bar"] : ["--silent", "--show-error"])
          + ["--url", address.absoluteString],
        showsOutput: isWatched)
    } catch {
      throw CommandError.failed(
        "\(error). Install curl, or fetch \(address.absoluteString) elsewhere and give it with "
          + "--from FILE.")
    }
  }

  /// Checks that the part is a whole weights file and the right one.
  private func checkPart(wasResumed: Bool) throws -> Digest {
    func refused(_ problem: String) -> CommandError {
      .failed(
        "\(entry.name): what came from \(address.absoluteString) is not the file: \(problem)\n"
          + (wasResumed
            ? "It was resumed from an earlier part, which may have been of another file. The "
              + "part is removed: fetch again from the start."
            : "Nothing was kept."))
    }
    do {
      _ = try Checkpoint(contentsOf: part)
    } catch {
      throw refused("\(error)")
    }
    let size = WeightsCheck.size(of: part) ?? 0
    if let expected = entry.bytes, size != expected {
      throw refused("it has \(size) bytes instead of \(expected).")
    }
    let found = try WeightsCheck.digest(of: part)
    if let expected = try folder.expectedDigest(of: target, entry: entry), found != expected {
      let pin = folder.pin(of: target)
      throw refused(
        "its digest is \(found) instead of \(expected)."
          + (entry.fileDigest == nil
            ? " If the file was rightly replaced, remove \(pin.path) to accept it." : ""))
    }
    return found
  }
}
