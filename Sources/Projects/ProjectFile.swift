import Foundation
import GRDB

/// The file behind a project: recognising it, opening connections to it, and making a new one.
struct ProjectFile {
  /// How long a connection waits for another process' transaction, in seconds.
  static let patience: TimeInterval = 30

  let url: URL
  var path: String { url.path }

  /// The file behind any symbolic links, where SQLite keeps its log, too.
  init(_ url: URL) { self.url = url.standardizedFileURL.resolvingSymlinksInPath() }

  /// Throws unless the file looks like a project that this Atelier can read; writes nothing.
  ///
  /// SQLite itself reads the header, through an immutable connection that takes no locks and
  /// leaves no files beside it. (Opening the file directly would not do: closing any descriptor
  /// of it drops the locks of every other connection in this process.)
  func recognize() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ProjectError.missing(path: path)
    }
    if isFolder.boolValue {
      throw ProjectError.notADatabase(path: path, reason: "it is a folder")
    }
    if size(of: path) == 0 {
      throw ProjectError.notADatabase(path: path, reason: "it is empty")
    }
    do {
      let probe = try DatabaseQueue(path: immutablePath, configuration: configuration(.read))
      try probe.read(check)
    } catch let error as DatabaseError {
      // Another process may be writing pages just now, so other failures are no verdict: the
      // connection proper reads under locks.
      if error.resultCode == .SQLITE_NOTADB { throw ProjectError(error, path: path) }
    }
  }

  /// A connection to a recognised file, its schema brought up to date.
  func open(readOnly: Bool, largestPageCount: Int? = nil) throws -> DatabaseQueue {
    try recognize()
    if !readOnly, !isWritable(path) || !isWritable(folder.path) {
      throw ProjectError.readOnly(path: path)
    }
    return try ProjectError.explaining(path) {
      // SQLite's -shm and -wal files cannot be made in a read-only folder; without a log to read,
      // the file is all there is.
      let immutable = readOnly && !isWritable(folder.path) && size(of: path + "-wal") == 0
      let queue = try DatabaseQueue(
        path: immutable ? immutablePath : path,
        configuration: configuration(readOnly ? .read : .write, largestPageCount: largestPageCount))
      try queue.read(check)
      let version = try queue.read(version)
      guard version > 0 else {
        throw ProjectError.corrupt(path: path, reason: "it has no tables")
      }
      if version < Schema.version {
        guard !readOnly else {
          throw ProjectError.olderSchema(
            path: path, version: version, supported: Schema.version)
        }
        try Schema.migrator.migrate(queue)
      }
      return queue
    }
  }

  /// Makes an empty project: in a file of another name beside it, which takes its place when it is
  /// complete, so that an interruption leaves no half project.
  func create(largestPageCount: Int? = nil) throws {
    guard !exists(path) else { throw ProjectError.alreadyExists(path: path) }
    guard exists(folder.path) else {
      throw ProjectError.cannotCreate(
        path: path, reason: "there is no folder '\(folder.path)'. Make it first")
    }
    // SQLite would play such a log into the new file.
    guard size(of: path + "-wal") == 0 else {
      throw ProjectError.cannotCreate(
        path: path,
        reason: "'\(path)-wal' belongs to a project that was here. Move it back or remove it")
    }
    guard isWritable(folder.path) else {
      throw ProjectError.cannotCreate(
        path: path, reason: "the folder '\(folder.path)' is read-only")
    }
    let draft = folder.appendingPathComponent(".atelier-new-\(UUID().uuidString)").path
    defer {
      for suffix in ["", "-wal", "-shm", "-journal"] {
        try? FileManager.default.removeItem(atPath: draft + suffix)
      }
    }
    try ProjectError.explaining(path) {
      let queue = try DatabaseQueue(
        path: draft,
        configuration: configuration(.create, largestPageCount: largestPageCount))
      try Schema.migrator.migrate(queue)
      // The last connection moves the log into the file, syncs it and removes the log.
      try queue.close()
    }
    guard size(of: draft + "-wal") == 0 else {
      throw ProjectError.inputOutput(path: path, reason: "the new project could not be completed")
    }
    try publish(draft)
  }

  /// Gives the finished draft its name, unless somebody else took it meanwhile.
  private func publish(_ draft: String) throws {
    if link(draft, path) != 0 {
      if errno == EEXIST { throw ProjectError.alreadyExists(path: path) }
      // Some file systems have no hard links.
      guard !exists(path) else { throw ProjectError.alreadyExists(path: path) }
      guard rename(draft, path) == 0 else {
        throw ProjectError.cannotCreate(path: path, reason: String(cString: strerror(errno)))
      }
    }
    // The name survives a power loss only when the folder is on the disk, too.
    let descriptor = Foundation.open(folder.path, O_RDONLY)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  private enum Purpose { case read, write, create }

  private func configuration(_ purpose: Purpose, largestPageCount: Int? = nil) -> Configuration {
    var configuration = Configuration()
    configuration.label = "Atelier project"
    configuration.readonly = purpose == .read
    configuration.busyMode = .timeout(Self.patience)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { db in
      // A project may come from anybody: nothing in its schema may call functions with effects.
      try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA recursive_triggers = ON")
      if purpose == .create {
        try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL")
      }
      // In WAL mode, FULL syncs the log at every commit: an acknowledged edit survives power loss.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      // A large edit makes a large log; it does not stay large.
      try db.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
      if let largestPageCount {
        try db.execute(sql: "PRAGMA max_page_count = \(largestPageCount)")
      }
    }
    return configuration
  }

  /// Throws unless the application and schema are ours.
  private func check(_ db: Database) throws {
    let application = try Int32.fetchOne(db, sql: "PRAGMA application_id")
    guard application == Schema.applicationID else {
      throw ProjectError.otherApplication(path: path)
    }
    let version = try version(db)
    if version > Schema.version {
      throw ProjectError.newerSchema(path: path, version: version, supported: Schema.version)
    }
    if version > 0, try Schema.migrator.hasBeenSuperseded(db) {
      throw ProjectError.newerSchema(
        path: path, version: version + 1, supported: Schema.version)
    }
  }

  private func version(_ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
  }

  private var folder: URL { url.deletingLastPathComponent() }

  /// The file as SQLite's URI for files that nobody writes; see https://sqlite.org/uri.html.
  private var immutablePath: String {
    let encoded = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
    return "file://\(encoded)?immutable=1"
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private func size(of path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// Whether this process, with the rights it has now, may write there.
  private func isWritable(_ path: String) -> Bool {
    faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0
  }
}
