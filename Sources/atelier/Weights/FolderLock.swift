import Foundation

/// The right to change a weights folder, held by one fetch at a time.
///
/// The lock belongs to the open folder and needs no file. Clients inherit it: one that outlives
/// its Atelier keeps the folder locked until it ends.
final class FolderLock {
  private let descriptor: Int32

  /// Takes the lock, or throws `CommandError` if somebody else has it.
  init(_ folder: URL) throws {
    descriptor = open(folder.path, O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0 else {
      throw CommandError.invalidInput(
        "\(folder.path): cannot be opened: \(String(cString: strerror(errno))).")
    }
    // Some network file systems have no locks on folders; there the user must take care.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      throw CommandError.failed(
        "\(folder.path): another fetch, or the download of an interrupted one, is still at work "
          + "there. Wait for it to end, then try again.")
    }
  }

  deinit { close(descriptor) }
}
