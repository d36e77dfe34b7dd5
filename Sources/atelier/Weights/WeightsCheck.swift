import Checkpoints
import Foundation
import Tensors

/// Whether a file in the weights folder is what it should be.
enum WeightsCheck: Sendable {
  /// There is no such file.
  case absent
  /// Its digest is that of the index or of its pin.
  case right(Digest)
  /// Its digest is another one.
  case wrong(found: Digest, expected: Digest)
  /// It is there, but no digest is known to check it against.
  case unpinned(Digest)

  /// Digests the file called `file` in `folder` and compares.
  init(_ file: URL, expected: Digest?) throws {
    guard FileManager.default.fileExists(atPath: file.path) else {
      self = .absent
      return
    }
    let found = try Self.digest(of: file)
    guard let expected else {
      self = .unpinned(found)
      return
    }
    self = found == expected ? .right(found) : .wrong(found: found, expected: expected)
  }

  /// The digest of a file's bytes, whatever they are.
  static func digest(of file: URL) throws -> Digest {
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: file)
      defer { try? handle.close() }
      var hasher = Digest.Hasher()
      while let piece = try handle.read(upToCount: 4 << 20), !piece.isEmpty {
        hasher.update(piece)
      }
      return hasher.finalize()
    } catch {
      throw CheckpointError.unreadable(file: file.path, problem: error.localizedDescription)
    }
  }

  /// The size of a file in bytes, `nil` if there is none.
  static func size(of file: URL) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    return (attributes?[.size] as? NSNumber)?.intValue
  }
}

extension WeightsFolder {
  /// Where the digest of a file is kept whose digest the index does not know.
  func pin(of file: URL) -> URL { file.appendingPathExtension("sha256") }

  /// The digest that a file must have: the index's, else its pin's, else none is known.
  func expectedDigest(of file: URL, entry: WeightsEntry?) throws -> Digest? {
    if let digest = entry?.fileDigest { return digest }
    let pin = pin(of: file)
    guard FileManager.default.fileExists(atPath: pin.path) else { return nil }
    let text = (try? String(contentsOf: pin, encoding: .utf8)) ?? ""
    guard let word = text.split(whereSeparator: \.isWhitespace).first,
      let digest = Digest(String(word))
    else {
      throw CommandError.invalidInput(
        "\(pin.path): holds no SHA-256. Remove it to pin \(file.lastPathComponent) anew.")
    }
    return digest
  }

  /// Keeps a digest beside its file, in the form that `sha256sum --check` reads.
  func writePin(_ digest: Digest, of file: URL) throws {
    try AtomicFile.write(to: pin(of: file)) {
      try $0.write(Data("\(digest.hexadecimal)  \(file.lastPathComponent)\n".utf8))
    }
  }
}
