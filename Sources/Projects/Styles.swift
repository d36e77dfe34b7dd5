import Foundation
import GRDB
import Tensors

/// Styles of instances kept by name, with tags.
extension Project {
  /// Keeps the style of an instance under a name; stores its tensor in the same transaction.
  ///
  /// - Parameters:
  ///   - tensor: `[features]`.
  ///   - name: Its name among the styles.
  ///   - label: The class of the instance.
  ///   - network: The network that it belongs to, where known.
  ///   - source: The digest of the pixels of the picture that it was found in.
  ///   - thumbnail: A small PNG of the instance.
  ///   - tags: Its tags.
  ///   - note: A remark for people.
  ///   - replace: Gives the name to this style even if another has it; the other's content stays.
  @discardableResult
  public func keepStyle(
    _ tensor: Tensor, named name: String, label: Int32, network: Digest? = nil,
    source: Digest? = nil, thumbnail: Data? = nil, tags: [String] = [], note: String = "",
    replace: Bool = false
  ) throws -> StyleRecord {
    let name = try Names.validated(name, as: .style)
    let tags = try tags.map { try Names.validated($0, as: .tag) }
    let note = try Names.text(note, what: "the note of '\(name)'")
    return try write { db in
      if try db.has(.style, named: name) {
        guard replace else { throw ProjectError.nameTaken(kind: .style, name: name) }
        try db.execute(
          sql: "DELETE FROM styleTag WHERE style = (SELECT id FROM style WHERE name = ?)",
          arguments: [name])
        try db.remove(.style, name)
      }
      try db.execute(
        sql: """
          INSERT INTO style (name, label, tensor, network, source, thumbnail, note, createdAt)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          name, label, try db.store(tensor).description, network?.description, source?.description,
          thumbnail, note, Date(),
        ])
      let id = db.lastInsertedRowID
      for tag in Set(tags).sorted() {
        try db.execute(
          sql: "INSERT INTO styleTag (style, name) VALUES (?, ?)", arguments: [id, tag])
      }
      return try db.style(named: name)
    }
  }

  /// The style with a name.
  public func style(named name: String) throws -> StyleRecord {
    try read { db in try db.style(named: Names.normalized(name)) }
  }

  /// All styles, by name; those with a tag where one is given.
  public func styles(tagged tag: String? = nil) throws -> [StyleRecord] {
    try read { db in
      let tags = try db.styleTags()
      let rows = try Row.fetchAll(db, sql: Database.selectStyle + " ORDER BY style.name")
      let records = try rows.map { try StyleRecord(row: $0, tags: tags[$0.value("id")] ?? []) }
      guard let tag else { return records }
      return records.filter { $0.tags.contains(Names.normalized(tag)) }
    }
  }

  /// Gives a style another name.
  public func renameStyle(_ name: String, to newName: String) throws {
    try write { db in try db.rename(.style, name, to: newName) }
  }

  /// Forgets a style's name; its tensor stays for the recipes that use it.
  public func removeStyle(_ name: String) throws {
    try write { db in
      let style = try db.style(named: Names.normalized(name))
      try db.execute(
        sql: "DELETE FROM styleTag WHERE style = (SELECT id FROM style WHERE name = ?)",
        arguments: [style.name])
      try db.remove(.style, name)
    }
  }
}

/// Tables of styles kept by name: encoded photographs, and clusters.
extension Project {
  /// Keeps a table under a name; stores its tensor in the same transaction.
  ///
  /// - Parameters:
  ///   - tensor: `[instances, 3 + features]` for an encoding, `[centres, 1 + features]` for clusters.
  ///   - kind: `encoding` or `clusters`.
  ///   - name: Its name among those of its kind.
  ///   - network: The network that it belongs to, where known.
  ///   - source: The digest of the photograph's pixels or of the imported file.
  ///   - note: What it was made of.
  ///   - replace: Gives the name to this table even if another has it.
  @discardableResult
  public func keepStyleTable(
    _ tensor: Tensor, as kind: NameKind, named name: String, network: Digest? = nil,
    source: Digest? = nil, note: String = "", replace: Bool = false
  ) throws -> StyleTableRecord {
    precondition(kind == .encoding || kind == .clusters, "a table of styles as \(kind)")
    let name = try Names.validated(name, as: kind)
    let note = try Names.text(note, what: "the note of '\(name)'")
    return try write { db in
      if try db.has(kind, named: name) {
        guard replace else { throw ProjectError.nameTaken(kind: kind, name: name) }
        try db.remove(kind, name)
      }
      try db.execute(
        sql: """
          INSERT INTO \(kind.rawValue) (name, tensor, network, source, note, createdAt)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          name, try db.store(tensor).description, network?.description, source?.description, note,
          Date(),
        ])
      return try db.styleTable(kind, named: name)
    }
  }

  /// The encoding or the clusters with a name.
  public func styleTable(_ kind: NameKind, named name: String) throws -> StyleTableRecord {
    try read { db in try db.styleTable(kind, named: Names.normalized(name)) }
  }

  /// All encodings, or all clusters, by name.
  public func styleTables(_ kind: NameKind) throws -> [StyleTableRecord] {
    precondition(kind == .encoding || kind == .clusters, "tables of styles as \(kind)")
    return try read { db in
      try Row.fetchAll(db, sql: Database.selectStyleTable(kind) + " ORDER BY t.name")
        .map(StyleTableRecord.init)
    }
  }
}

extension Database {
  fileprivate static let selectStyle = """
    SELECT style.*, tensor.shape FROM style JOIN tensor ON tensor.digest = style.tensor
    """

  fileprivate static func selectStyleTable(_ kind: NameKind) -> String {
    "SELECT t.*, tensor.shape FROM \(kind.rawValue) AS t JOIN tensor ON tensor.digest = t.tensor"
  }

  fileprivate func styleTags() throws -> [Int64: [String]] {
    try Row.fetchAll(self, sql: "SELECT style, name FROM styleTag ORDER BY name")
      .reduce(into: [:]) { tags, row in
        tags[try row.value("style"), default: []].append(try row.value("name"))
      }
  }

  fileprivate func style(named name: String) throws -> StyleRecord {
    let row = try Row.fetchOne(
      self, sql: Self.selectStyle + " WHERE style.name = ?", arguments: [name])
    guard let row else { throw try unknown(name, .style) }
    return try StyleRecord(row: row, tags: styleTags()[row.value("id")] ?? [])
  }

  fileprivate func styleTable(_ kind: NameKind, named name: String) throws -> StyleTableRecord {
    precondition(kind == .encoding || kind == .clusters, "a table of styles as \(kind)")
    let row = try Row.fetchOne(
      self, sql: Self.selectStyleTable(kind) + " WHERE t.name = ?", arguments: [name])
    guard let row else { throw try unknown(name, kind) }
    return try StyleTableRecord(row: row)
  }
}
