import GRDB

/// Small facts about the project by key, such as the network that it uses where none is named.
extension Project {
  /// The value of a setting; `nil` where it was never set.
  public func setting(_ key: String) throws -> String? {
    try read { db in
      try String.fetchOne(db, sql: "SELECT value FROM setting WHERE key = ?", arguments: [key])
    }
  }

  /// Sets or, with `nil`, removes a setting.
  public func setSetting(_ key: String, to value: String?) throws {
    let key = try Names.text(key, what: "the setting '\(key)'")
    let value = try value.map { try Names.text($0, what: "the setting '\(key)'") }
    try write { db in
      guard let value else {
        return try db.execute(sql: "DELETE FROM setting WHERE key = ?", arguments: [key])
      }
      try db.execute(
        sql: """
          INSERT INTO setting (key, value) VALUES (?, ?)
          ON CONFLICT (key) DO UPDATE SET value = excluded.value
          """,
        arguments: [key, value])
    }
  }

  /// All settings by key.
  public func settings() throws -> [String: String] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT key, value FROM setting").reduce(into: [:]) {
        $0[try $1.value("key")] = try $1.value("value") as String
      }
    }
  }
}
