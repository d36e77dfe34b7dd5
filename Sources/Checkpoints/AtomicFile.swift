import Foundation

/// A file that appears whole or not at all.
///
/// Bytes go to a hidden file beside the target, which `commit()` flushes to the disk and renames;
/// one that is never committed is removed.
package final class AtomicFile {
  private let target: String
  private let temporary: String
  private var descriptor: Int32
  private var isCommitted = false

  /// Starts writing what will become `url`.
  package init(replacing url: URL) throws {
    guard url.isFileURL else {
      throw CheckpointError.unwritable(file: url.absoluteString, problem: "it is not a file")
    }
    target = url.path
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    temporary =
      url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(suffix).partial").path
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      isCommitted = true
      throw CheckpointError.unwritable(file: target, problem: String(cString: strerror(errno)))
    }
  }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let written = Foundation.write(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if written < 0 {
        if errno == EINTR { continue }
        throw failure()
      }
      done += written
    }
  }

  /// Appends bytes.
  package func write(_ bytes: some ContiguousBytes) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Makes the file durable and gives it its name.
  package func commit() throws {
    guard fsync(descriptor) == 0 else { throw failure() }
    close(descriptor)
    descriptor = -1
    guard rename(temporary, target) == 0 else { throw failure() }
    isCommitted = true
    // The new name must reach the disk too; a file system without folder syncing is no error.
    let folder = open((target as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Writes a whole file: what `body` writes appears when it returns, nothing if it throws.
  package static func write(to url: URL, _ body: (AtomicFile) throws -> Void) throws {
    let file = try AtomicFile(replacing: url)
    try body(file)
    try file.commit()
  }

  private func failure() -> CheckpointError {
    .unwritable(file: target, problem: String(cString: strerror(errno)))
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isCommitted { unlink(temporary) }
  }
}
