import GRDB

/// What people write on an artwork: tags, a note and stars. None of it enters the history.
extension Project {
  /// Puts a tag on an artwork; one that is there already stays.
  public func tag(_ artwork: String, _ tag: String) throws {
    let tag = try Names.validated(tag, as: .tag)
    try write { db in
      let id = try db.artworkID(named: artwork)
      try db.execute(
        sql: "INSERT INTO tag (artwork, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [id, tag])
    }
  }

  /// Takes a tag off an artwork.
  public func untag(_ artwork: String, _ tag: String) throws {
    let tag = Names.normalized(tag)
    try write { db in
      let id = try db.artworkID(named: artwork)
      try db.execute(sql: "DELETE FROM tag WHERE artwork = ? AND name = ?", arguments: [id, tag])
      if db.changesCount == 0 { throw try db.unknown(tag, .tag, artwork: id) }
    }
  }

  /// The tags of an artwork, by name.
  public func tags(of artwork: String) throws -> [String] {
    try self.artwork(named: artwork).tags
  }

  /// Every tag that is in use, by name, with the number of its artworks.
  public func tags() throws -> [(name: String, count: Int)] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT name, count(*) AS count FROM tag GROUP BY name ORDER BY name"
      ).map { (try $0.value("name"), try $0.value("count")) }
    }
  }

  /// Writes the note of an artwork; an empty one removes it.
  public func setNote(_ note: String, of artwork: String) throws {
    let note = try Names.text(note, what: "the note of '\(artwork)'")
    try write { db in
      let id = try db.artworkID(named: artwork)
      try db.execute(sql: "UPDATE artwork SET note = ? WHERE id = ?", arguments: [note, id])
    }
  }

  /// The note of an artwork; empty where there is none.
  public func note(of artwork: String) throws -> String {
    try self.artwork(named: artwork).note
  }

  /// Gives an artwork zero to five stars.
  public func setStars(_ stars: Int, of artwork: String) throws {
    guard (0...5).contains(stars) else {
      throw ProjectError.invalidValue(what: "\(stars) stars", reason: "there are 0 to 5")
    }
    try write { db in
      let id = try db.artworkID(named: artwork)
      try db.execute(sql: "UPDATE artwork SET stars = ? WHERE id = ?", arguments: [stars, id])
    }
  }
}
