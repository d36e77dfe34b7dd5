import Editing
import Foundation
import GRDB

/// Named truncation profiles: ψ by layer, for use in any artwork.
extension Project {
  /// Keeps a truncation profile under a name.
  public func keepProfile(
    _ profile: LayerProfile, named name: String, replace: Bool = false
  ) throws {
    let name = try Names.validated(name, as: .profile)
    try write { db in
      if try db.has(.profile, named: name) {
        guard replace else { throw ProjectError.nameTaken(kind: .profile, name: name) }
        try db.remove(.profile, name)
      }
      try db.execute(
        sql: "INSERT INTO profile (name, psi, createdAt) VALUES (?, ?, ?)",
        arguments: [name, profile.description, Date()])
    }
  }

  /// The truncation profile with a name.
  public func profile(named name: String) throws -> LayerProfile {
    let name = Names.normalized(name)
    return try read { db in
      let text = try String.fetchOne(
        db, sql: "SELECT psi FROM profile WHERE name = ?", arguments: [name])
      guard let text else { throw try db.unknown(name, .profile) }
      return try LayerProfile(parsing: text)
    }
  }

  /// All truncation profiles, by name.
  public func profiles() throws -> [(name: String, psi: LayerProfile)] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT name, psi FROM profile ORDER BY name")
        .map { (try $0.value("name"), try LayerProfile(parsing: $0.value("psi"))) }
    }
  }

  /// Gives a truncation profile another name.
  public func renameProfile(_ name: String, to newName: String) throws {
    try write { db in try db.rename(.profile, name, to: newName) }
  }

  /// Removes a truncation profile; recipes carry their own values.
  public func removeProfile(_ name: String) throws {
    try write { db in try db.remove(.profile, name) }
  }
}
