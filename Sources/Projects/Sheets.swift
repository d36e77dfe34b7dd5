import Editing
import Foundation
import GRDB
import Imaging
import Tensors

/// Named tables of pictures; a replay renders them again.
extension Project {
  /// Keeps a sheet under a name, with the content that its recipes name.
  ///
  /// - Parameters:
  ///   - attachments: Content to store in the same transaction, by digest.
  ///   - maps: Maps to store likewise.
  ///   - replace: Lets the sheet take the place of one with the same name.
  public func keep(
    _ sheet: Sheet, named name: String, attachments: [Digest: Tensor] = [:],
    maps: [IntegerMap] = [], replace: Bool = false
  ) throws {
    let name = try Names.validated(name, as: .sheet)
    let json = try sheet.canonicalJSON()
    try write { db in
      try db.store(attachments)
      for map in maps { try db.store(map) }
      for digest in sheet.tensors where try !db.contains(digest) {
        throw ProjectError.missingTensor(digest: digest, path: url.path)
      }
      for digest in sheet.recipes.flatMap(\.maps) where try !db.containsMap(digest) {
        throw ProjectError.missingMap(digest: digest, path: url.path)
      }
      if try db.has(.sheet, named: name) {
        guard replace else { throw ProjectError.nameTaken(kind: .sheet, name: name) }
        try db.remove(.sheet, name)
      }
      try db.execute(
        sql: "INSERT INTO sheet (name, sheet, sheetDigest, createdAt) VALUES (?, ?, ?, ?)",
        arguments: [
          name, String(decoding: json, as: UTF8.self), Digest(of: json).description, Date(),
        ])
    }
  }

  /// The sheet with a name.
  public func sheet(named name: String) throws -> Sheet {
    let name = Names.normalized(name)
    return try read { db in
      let json = try String.fetchOne(
        db, sql: "SELECT sheet FROM sheet WHERE name = ?", arguments: [name])
      guard let json else { throw try db.unknown(name, .sheet) }
      return try Sheet(json: Data(json.utf8))
    }
  }

  /// The names of all sheets, oldest first.
  public func sheets() throws -> [String] {
    try read { db in try String.fetchAll(db, sql: "SELECT name FROM sheet ORDER BY id") }
  }

  /// Removes a sheet; the recipes' content stays.
  public func removeSheet(_ name: String) throws {
    try write { db in try db.remove(.sheet, name) }
  }
}
