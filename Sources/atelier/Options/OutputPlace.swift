import Foundation

/// Places for what commands write, looked at before the work begins.
enum OutputPlace {
  /// A folder, made if missing with those above it; throws the system's reason if it cannot be.
  static func folder(_ path: String) throws -> URL {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    var place = URL(fileURLWithPath: "/")
    for name in url.pathComponents.dropFirst() {
      place.appendPathComponent(name)
      guard kind(of: place) != .folder else { continue }
      guard kind(of: place) == nil else {
        throw CommandError.failed("cannot make the folder \(url.path): \(place.path) is a file.")
      }
      if mkdir(place.path, 0o777) != 0, errno != EEXIST {
        let reason = String(cString: strerror(errno))
        throw CommandError.failed("cannot make the folder \(place.path): \(reason).")
      }
    }
    guard access(url.path, W_OK) == 0 else {
      throw CommandError.failed(
        "cannot write into the folder \(url.path): \(String(cString: strerror(errno))). Name "
          + "another one.")
    }
    return url
  }

  /// A file that is to be written; throws unless its folder is there and can be written.
  static func file(_ path: String) throws -> URL {
    guard !path.isEmpty else { throw CommandError.invalidInput("the file to write has no name.") }
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    guard kind(of: url) != .folder else {
      throw CommandError.invalidInput("cannot write \(url.path): it is a folder.")
    }
    guard kind(of: folder) == .folder else {
      throw CommandError.invalidInput(
        "cannot write \(url.path): there is no folder \(folder.path). Make it first.")
    }
    // A device or a pipe is written into, and its folder does not matter.
    guard access(kind(of: url) == .other ? url.path : folder.path, W_OK) == 0 else {
      throw CommandError.failed(
        "cannot write \(url.path): \(String(cString: strerror(errno))). Name another place.")
    }
    return url
  }

  private enum Kind { case folder, file, other }

  /// What lies there, links followed; `nil` where nothing does.
  private static func kind(of url: URL) -> Kind? {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }
}
