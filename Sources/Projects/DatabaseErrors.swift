import GRDB

/// A column that does not hold what the schema promises.
struct UnreadableColumn: Error {
  let column: String
  let reason: String
}

extension ProjectError {
  /// Runs `body` and turns SQLite's errors into this module's; all others pass as they are.
  static func explaining<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw ProjectError(error, path: path)
    } catch let error as UnreadableColumn {
      throw ProjectError.corrupt(
        path: path, reason: "column '\(error.column)' \(error.reason)")
    }
  }

  /// What an SQLite error means for a project.
  init(_ error: DatabaseError, path: String) {
    let message = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    // The index of the log (-shm) has no room to grow on a full disk either.
    if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
      self = .diskFull(path: path)
      return
    }
    switch error.resultCode {
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_READONLY: self = .readOnly(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    case .SQLITE_NOTADB: self = .notADatabase(path: path, reason: "it is not an SQLite database")
    case .SQLITE_CORRUPT: self = .corrupt(path: path, reason: message)
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self = .cannotOpen(path: path, reason: "\(message); check the rights to it and to its folder")
    case .SQLITE_IOERR:
      self = .inputOutput(
        path: path, reason: "\(message) (SQLite code \(error.extendedResultCode.rawValue))")
    case .SQLITE_TOOBIG:
      self = .invalidValue(what: "so large a value in '\(path)'", reason: "SQLite's limit is 1 GB")
    default: self = .refused(path: path, reason: message)
    }
  }
}
