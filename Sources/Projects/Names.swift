import Foundation
import GRDB

/// What can be a name.
enum Names {
  /// The longest name, in characters.
  static let longest = 200

  /// `name` in the one form that is stored (Unicode NFC), or why it cannot be a name.
  static func validated(_ name: String, as kind: NameKind) throws -> String {
    func refuse(_ reason: String) -> ProjectError {
      let shown = name.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : String($0) }.joined()
      return .invalidName(kind: kind, name: String(shown.prefix(longest)), reason: reason)
    }
    let name = normalized(name)
    if name.allSatisfy(\.isWhitespace) { throw refuse("it is empty") }
    if name.count > longest { throw refuse("it has \(name.count) characters") }
    if name.contains("/") { throw refuse("it contains '/'") }
    if name.unicodeScalars.contains(where: isControl) {
      throw refuse("it contains a control character")
    }
    return name
  }

  /// The stored form of a name to look for.
  static func normalized(_ name: String) -> String { name.precomposedStringWithCanonicalMapping }

  /// Labels, notes and the like: any text without NUL, which SQLite's tools would cut.
  static func text(_ text: String, what: String) throws -> String {
    guard !text.unicodeScalars.contains("\0") else {
      throw ProjectError.invalidValue(what: what, reason: "it contains a NUL character")
    }
    return text
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
      || scalar.properties.generalCategory == .lineSeparator
      || scalar.properties.generalCategory == .paragraphSeparator
  }
}

extension NameKind {
  /// Throws ``ProjectError/invalidName(kind:name:reason:)`` for text that cannot be such a name.
  public func check(_ name: String) throws { _ = try Names.validated(name, as: self) }
}

extension Database {
  /// The error for a name that `kind` does not have, with the names that look alike.
  func unknown(_ name: String, _ kind: NameKind, artwork: Int64? = nil) throws -> ProjectError {
    // The table is one of a fixed list, never text from outside.
    let filter = artwork == nil ? "" : " WHERE artwork = ?"
    let known = try String.fetchAll(
      self, sql: "SELECT name FROM \(kind.rawValue)\(filter)",
      arguments: artwork.map { [$0] } ?? [])
    return .unknownName(kind: kind, name: name, near: NearNames.near(name, among: known))
  }

  /// Renames a row of a table whose `name` is unique.
  func rename(_ kind: NameKind, _ name: String, to newName: String) throws {
    let (old, new) = (Names.normalized(name), try Names.validated(newName, as: kind))
    let table = kind.rawValue
    if old != new, try has(kind, named: new) { throw ProjectError.nameTaken(kind: kind, name: new) }
    try execute(sql: "UPDATE \(table) SET name = ? WHERE name = ?", arguments: [new, old])
    if changesCount == 0 { throw try unknown(old, kind) }
  }

  /// Removes a row of a table whose `name` is unique.
  func remove(_ kind: NameKind, _ name: String) throws {
    let name = Names.normalized(name)
    try execute(sql: "DELETE FROM \(kind.rawValue) WHERE name = ?", arguments: [name])
    if changesCount == 0 { throw try unknown(name, kind) }
  }

  /// Whether a table whose `name` is unique has it.
  func has(_ kind: NameKind, named name: String) throws -> Bool {
    try Bool.fetchOne(
      self, sql: "SELECT EXISTS (SELECT 1 FROM \(kind.rawValue) WHERE name = ?)",
      arguments: [name]) ?? false
  }
}
