import Foundation
import GRDB

/// A project: one SQLite file (`.atelier`) with artworks and their history, named latents and
/// directions, the content that they need, and a cache of renders.
///
/// Every method that changes something is one transaction, on the disk when it returns. Several
/// projects, in this process or in others, may be open on one file; their edits queue. All methods
/// throw ``ProjectError`` for what is wrong with the file or the request.
public final class Project: Sendable {
  /// The file, without symbolic links.
  public let url: URL
  /// Whether changes are refused.
  public let isReadOnly: Bool

  private let queue: DatabaseQueue

  /// Opens the project in a file, which must exist; brings an older schema up to date.
  ///
  /// A file that is not a project of this or an earlier Atelier is left untouched.
  public convenience init(at url: URL, readOnly: Bool = false) throws {
    try self.init(at: url, readOnly: readOnly, largestPageCount: nil)
  }

  /// Opens a project whose file may not grow beyond a number of pages (of 4096 bytes each); what
  /// would need more fails as it does on a full disk.
  package init(at url: URL, readOnly: Bool = false, largestPageCount: Int?) throws {
    let file = ProjectFile(url)
    self.url = file.url
    isReadOnly = readOnly
    queue = try file.open(readOnly: readOnly, largestPageCount: largestPageCount)
  }

  /// Makes an empty project and opens it.
  ///
  /// - Parameters:
  ///   - url: The file to make, in a folder that exists.
  ///   - openExisting: Opens a project that is there already instead of throwing
  ///     ``ProjectError/alreadyExists(path:)``.
  public static func create(at url: URL, openExisting: Bool = false) throws -> Project {
    try create(at: url, openExisting: openExisting, largestPageCount: nil)
  }

  /// Makes a project whose file may not grow beyond a number of pages.
  package static func create(
    at url: URL, openExisting: Bool = false, largestPageCount: Int?
  ) throws -> Project {
    do {
      try ProjectFile(url).create(largestPageCount: largestPageCount)
    } catch ProjectError.alreadyExists where openExisting {
      // Opened below.
    }
    return try Project(at: url, largestPageCount: largestPageCount)
  }

  /// Closes the file before the project goes away; every later call throws.
  public func close() throws {
    try ProjectError.explaining(url.path) { try queue.close() }
  }

  /// Runs `body` on one unchanging state of the database.
  ///
  /// Reads may be nested in reads and writes: the change given to
  /// ``apply(to:label:attachments:_:)`` may ask the project for what it needs.
  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try ProjectError.explaining(url.path) {
      try queue.unsafeReentrantRead { db in
        try db.isInsideTransaction ? body(db) : db.transaction(.deferred, body)
      }
    }
  }

  /// Runs `body` in one transaction: all of it happens, or nothing.
  ///
  /// The write lock is taken at the start, so what `body` reads is what it changes.
  func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    guard !isReadOnly else { throw ProjectError.readOnly(path: url.path) }
    return try ProjectError.explaining(url.path) {
      try queue.unsafeReentrantWrite { db in
        try db.isInsideTransaction ? db.savepoint(body) : db.transaction(.immediate, body)
      }
    }
  }

  /// Runs statements that SQLite does not allow in a transaction.
  func writeWithoutTransaction<Result>(_ body: (Database) throws -> Result) throws -> Result {
    guard !isReadOnly else { throw ProjectError.readOnly(path: url.path) }
    return try ProjectError.explaining(url.path) { try queue.unsafeReentrantWrite(body) }
  }
}

extension Database {
  /// Runs `body` in a new transaction.
  fileprivate func transaction<Result>(
    _ kind: TransactionKind, _ body: (Database) throws -> Result
  ) throws -> Result {
    var result: Result?
    try inTransaction(kind) {
      result = try body(self)
      return .commit
    }
    guard let result else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
    return result
  }

  /// Runs `body` in a part of a running transaction that is undone alone where `body` throws.
  fileprivate func savepoint<Result>(_ body: (Database) throws -> Result) throws -> Result {
    var result: Result?
    try inSavepoint {
      result = try body(self)
      return .commit
    }
    guard let result else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
    return result
  }
}
