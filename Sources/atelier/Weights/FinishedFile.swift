import Foundation

/// The last step of a fetch.
enum FinishedFile {
  /// Makes a complete file durable and gives it its final name, whole or not at all.
  static func move(_ file: URL, to target: URL) throws {
    func failure() -> CommandError {
      .failed("\(target.path): cannot be written: \(String(cString: strerror(errno))).")
    }
    let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0, rename(file.path, target.path) == 0 else { throw failure() }
    // The new name must reach the disk too; a file system without folder syncing is no error.
    let folder = open(target.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }
}
