import Foundation
import Tensors

/// Bytes that stay in place while anything refers to them: a file mapped read-only, or a buffer
/// inflated from one.
///
/// Nothing writes the bytes after `init`, which makes sharing across threads safe. A file must not
/// be shortened by somebody else while it is mapped.
package final class MappedFile: ReleasableMemory, @unchecked Sendable {
  /// What errors call these bytes: the file's path, with the member for an inflated one.
  package let name: String

  /// The number of bytes.
  package let count: Int

  /// The first byte; valid for `count` bytes.
  let base: UnsafeRawPointer

  private let isMapped: Bool

  /// Maps a regular file; no byte is read yet.
  package init(contentsOf url: URL) throws {
    let path = url.path
    func failure(_ problem: String) -> CheckpointError {
      .unreadable(file: path, problem: problem)
    }
    guard url.isFileURL else { throw failure("only files can be opened, not \(url)") }
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(String(cString: strerror(errno))) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      throw failure(kind == S_IFDIR ? "it is a folder" : "it is not a regular file")
    }
    name = path
    count = Int(status.st_size)
    if count == 0 {
      base = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
      isMapped = false
    } else {
      guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
        address != MAP_FAILED
      else { throw failure(String(cString: strerror(errno))) }
      base = UnsafeRawPointer(address)
      isMapped = true
    }
  }

  /// A buffer of `count` bytes, 64-byte aligned, written by `fill`.
  package init(
    named name: String, count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) rethrows {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
    do {
      try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
    } catch {
      memory.deallocate()
      throw error
    }
    self.name = name
    self.count = count
    base = UnsafeRawPointer(memory)
    isMapped = false
  }

  /// A copy of bytes in memory.
  package convenience init(named name: String, copying bytes: some Collection<UInt8>) {
    self.init(named: name, count: bytes.count) { $0.copyBytes(from: bytes) }
  }

  /// All the bytes.
  package var region: ByteRegion { ByteRegion(file: self, range: 0..<count) }

  /// Lets the system have whole pages of a mapped file back; a buffer stays.
  package func release(_ bytes: UnsafeRawBufferPointer) {
    guard isMapped, let start = bytes.baseAddress, start >= base,
      start + bytes.count <= base + count
    else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (UInt(bitPattern: start) + UInt(page) - 1) / UInt(page) * UInt(page)
    let end = UInt(bitPattern: start + bytes.count) / UInt(page) * UInt(page)
    guard first < end, let pages = UnsafeMutableRawPointer(bitPattern: first) else { return }
    madvise(pages, Int(end - first), MADV_DONTNEED)
  }

  deinit {
    let memory = UnsafeMutableRawPointer(mutating: base)
    if isMapped { munmap(memory, count) } else { memory.deallocate() }
  }
}
