import Editing
import Foundation
import GRDB
import Imaging
import Tensors

/// Artworks: named pictures whose every edit is a step of an append-only history.
extension Project {
  /// The branch that every artwork begins on.
  public static let firstBranch = "main"

  /// Adds an artwork with its first step.
  ///
  /// - Parameters:
  ///   - recipe: The picture. What it names by digest must be stored or come in `attachments`.
  ///   - name: The artwork's name.
  ///   - label: What the first step is called in the history.
  ///   - attachments: Content to store in the same transaction, by digest.
  ///   - maps: Maps to store likewise.
  @discardableResult
  public func add(
    _ recipe: Recipe, named name: String, label: String, attachments: [Digest: Tensor] = [:],
    maps: [IntegerMap] = []
  ) throws -> ArtworkRecord {
    let name = try Names.validated(name, as: .artwork)
    return try write { db in
      guard try !db.has(.artwork, named: name) else {
        throw ProjectError.nameTaken(kind: .artwork, name: name)
      }
      try db.store(attachments)
      for map in maps { try db.store(map) }
      try db.execute(
        sql: "INSERT INTO artwork (name, currentBranch, createdAt) VALUES (?, ?, ?)",
        arguments: [name, Self.firstBranch, Date()])
      let id = db.lastInsertedRowID
      try append(recipe, label: label, to: id, number: 1, parent: nil, db)
      try db.execute(
        sql: "INSERT INTO branch (artwork, name, step, tip) VALUES (?, ?, 1, 1)",
        arguments: [id, Self.firstBranch])
      return try db.artwork(named: name)
    }
  }

  /// The artwork with a name.
  public func artwork(named name: String) throws -> ArtworkRecord {
    try read { db in try db.artwork(named: Names.normalized(name)) }
  }

  /// All artworks, oldest first.
  public func artworks() throws -> [ArtworkRecord] {
    try read { db in
      var tags: [Int64: [String]] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT artwork, name FROM tag ORDER BY name") {
        tags[try row.value("artwork"), default: []].append(try row.value("name"))
      }
      return try Row.fetchAll(db, sql: Database.selectArtwork + " ORDER BY artwork.id").map {
        try ArtworkRecord(row: $0, tags: tags[$0.value("id")] ?? [])
      }
    }
  }

  /// Gives an artwork another name.
  public func renameArtwork(_ name: String, to newName: String) throws {
    try write { db in try db.rename(.artwork, name, to: newName) }
  }

  /// Appends a step to the history; the caller moves a branch there.
  func append(
    _ recipe: Recipe, label: String, to artwork: Int64, number: Int64, parent: Int64?,
    _ db: Database
  ) throws {
    for digest in recipe.tensors where try !db.contains(digest) {
      throw ProjectError.missingTensor(digest: digest, path: url.path)
    }
    for digest in recipe.maps where try !db.containsMap(digest) {
      throw ProjectError.missingMap(digest: digest, path: url.path)
    }
    let json = try recipe.canonicalJSON()
    try db.execute(
      sql: """
        INSERT INTO step (artwork, number, parent, recipe, recipeDigest, label, createdAt)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        artwork, number, parent, String(decoding: json, as: UTF8.self),
        Digest(of: json).description, try Names.text(label, what: "the label of a step"), Date(),
      ])
  }
}

extension Database {
  fileprivate static let selectArtwork = """
    SELECT artwork.*, branch.step AS head, branch.tip, step.recipeDigest, step.parent,
      newest.number AS stepCount, newest.createdAt AS editedAt
    FROM artwork
    JOIN branch ON branch.artwork = artwork.id AND branch.name = artwork.currentBranch
    JOIN step ON step.artwork = artwork.id AND step.number = branch.step
    JOIN step AS newest ON newest.artwork = artwork.id
      AND newest.number = (SELECT max(number) FROM step WHERE artwork = artwork.id)
    """

  fileprivate func artwork(named name: String) throws -> ArtworkRecord {
    let row = try Row.fetchOne(
      self, sql: Self.selectArtwork + " WHERE artwork.name = ?", arguments: [name])
    guard let row else { throw try unknown(name, .artwork) }
    let tags = try String.fetchAll(
      self, sql: "SELECT name FROM tag WHERE artwork = ? ORDER BY name",
      arguments: [try row.value("id") as Int64])
    return try ArtworkRecord(row: row, tags: tags)
  }

  /// The row of the artwork with a name.
  func artworkID(named name: String) throws -> Int64 {
    let name = Names.normalized(name)
    let id = try Int64.fetchOne(
      self, sql: "SELECT id FROM artwork WHERE name = ?", arguments: [name])
    guard let id else { throw try unknown(name, .artwork) }
    return id
  }
}
