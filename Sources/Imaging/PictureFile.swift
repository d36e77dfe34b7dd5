import Foundation

/// Whole files in and out, with the system's own reason when one fails.
package enum PictureFile {
  /// The longest file that is read: 1 GiB.
  private static let longest = 1 << 30

  /// All bytes of a file; throws ``ImagingError/cannotRead(path:reason:)``.
  package static func read(_ url: URL) throws(ImagingError) -> [UInt8] {
    let path = url.path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotRead(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotRead(path: path, reason: systemReason())
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw .cannotRead(path: path, reason: "it is a folder")
    }
    guard status.st_size <= longest else {
      throw .cannotRead(path: path, reason: "it is longer than 1 GiB")
    }
    // One byte more than the file is said to hold, so that its end is seen at once; files without
    // a size, such as pipes, grow the buffer.
    var bytes = [UInt8](repeating: 0, count: max(Int(status.st_size), 65536) + 1)
    var count = 0
    while true {
      if count == bytes.count {
        guard count <= longest else {
          throw .cannotRead(path: path, reason: "it is longer than 1 GiB")
        }
        bytes += [UInt8](repeating: 0, count: count)
      }
      let got = bytes.withUnsafeMutableBytes {
        Foundation.read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .cannotRead(path: path, reason: systemReason()) }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Puts `data` at `url`, whole or not at all; throws ``ImagingError/cannotWrite(path:reason:)``.
  ///
  /// Links are followed and kept. What is neither a file nor absent (a device, a pipe) is written
  /// straight into.
  package static func write(_ data: Data, to url: URL) throws(ImagingError) {
    let path = url.resolvingSymlinksInPath().path
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw .cannotWrite(path: path, reason: "it is a folder")
    }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      return try fill(path, flags: O_WRONLY, data, reportedAs: path)
    }
    let folder = (path as NSString).deletingLastPathComponent
    let temporary = (folder as NSString)
      .appendingPathComponent(".atelier-\(getpid())-\(UInt64.random(in: 0 ... .max))")
    do {
      try fill(temporary, flags: O_WRONLY | O_CREAT | O_EXCL, data, reportedAs: path)
    } catch {
      unlink(temporary)
      throw error
    }
    if exists { chmod(temporary, status.st_mode & 0o7777) }
    guard rename(temporary, path) == 0 else {
      let reason = systemReason()
      unlink(temporary)
      throw .cannotWrite(path: path, reason: reason)
    }
  }

  /// Opens `path`, writes all of `data` and closes it; errors name `shown`.
  private static func fill(
    _ path: String, flags: Int32, _ data: Data, reportedAs shown: String
  ) throws(ImagingError) {
    let descriptor = open(path, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotWrite(path: shown, reason: systemReason()) }
    var failure: String?
    data.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let put = Foundation.write(
          descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
        if put < 0, errno == EINTR { continue }
        if put <= 0 {
          failure = systemReason()
          return
        }
        offset += put
      }
    }
    // Some file systems report a full disk only when the file is closed.
    if close(descriptor) != 0, failure == nil { failure = systemReason() }
    if let failure { throw .cannotWrite(path: shown, reason: failure) }
  }

  /// The text of the last system error, such as `No space left on device`.
  private static func systemReason() -> String {
    String(cString: strerror(errno))
  }
}
