import Editing
import GRDB
import Tensors

extension Project {
  /// Reads everything and reports what is wrong, a line each; empty for a healthy project.
  ///
  /// The pages of the file (SQLite's `integrity_check`), every reference, the schema, every
  /// tensor, map and recipe against its digest, and every branch.
  public func check() throws -> [String] {
    let checks: [(String, (Database) throws -> [String])] = [
      ("the file", integrity), ("the references", references), ("the schema", schema),
      ("the tensors", tensors), ("the maps", maps), ("the history", steps),
      ("the branches", branchLines),
    ]
    var problems: [String] = []
    for (what, check) in checks {
      do {
        problems += try read(check)
      } catch ProjectError.corrupt(_, let reason) {
        problems.append("\(what): \(reason)")
      }
    }
    return problems
  }

  /// What the project holds, in numbers.
  public func snapshotStatistics() throws -> ProjectStatistics {
    try read { db in
      func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: "SELECT \(sql)") ?? 0 }
      func rows(_ table: String) throws -> Int { try number("count(*) FROM \(table)") }
      return try ProjectStatistics(
        networks: rows("network"), tensors: rows("tensor"),
        tensorBytes: number("coalesce(sum(length(bytes)), 0) FROM tensor"),
        latents: rows("latent"), directions: rows("direction"), artworks: rows("artwork"),
        steps: rows("step"), branches: rows("branch"), profiles: rows("profile"),
        renders: rows("render"), cachedRenders: number("count(png) FROM render"),
        cachedBytes: number("coalesce(sum(length(png)), 0) FROM render"),
        fileBytes: number("page_count * page_size FROM pragma_page_count, pragma_page_size"))
    }
  }

  private func integrity(_ db: Database) throws -> [String] {
    try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
      .map { "the file: \($0)" }
  }

  private func references(_ db: Database) throws -> [String] {
    try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row in
      let (table, parent): (String, String) = (try row.value("table"), try row.value("parent"))
      let id: Int64? = try row.optional("rowid")
      return "the references: row \(id ?? 0) of '\(table)' names a missing row of '\(parent)'"
    }
  }

  private func schema(_ db: Database) throws -> [String] {
    let (expected, found) = (try Schema.expectedObjects(), try Schema.objects(db))
    let lost = expected.keys.filter { found[$0] == nil }.map { "'\($0)' is missing" }
    let added = found.keys.filter { expected[$0] == nil }.map { "'\($0)' is not Atelier's" }
    let changed = expected.filter { name, sql in found[name].map { $0 != sql } ?? false }
      .map { "'\($0.key)' was changed" }
    return (lost + added + changed).sorted().map { "the schema: \($0)" }
  }

  private func tensors(_ db: Database) throws -> [String] {
    var problems: [String] = []
    let rows = try Row.fetchCursor(db, sql: "SELECT digest, shape, bytes FROM tensor")
    while let row = try rows.next() {
      do {
        _ = try tensor(in: row, digest: row.digest("digest"))
      } catch ProjectError.corruptTensor(_, let digest, let reason) {
        problems.append("the tensors: \(digest) is damaged: \(reason)")
      } catch let error as UnreadableColumn {
        problems.append("the tensors: a row's \(error.column) \(error.reason)")
      }
    }
    return problems
  }

  private func maps(_ db: Database) throws -> [String] {
    var problems: [String] = []
    let rows = try Row.fetchCursor(db, sql: "SELECT digest, png FROM map")
    while let row = try rows.next() {
      do {
        _ = try map(in: row, digest: row.digest("digest"))
      } catch ProjectError.corruptMap(_, let digest, let reason) {
        problems.append("the maps: \(digest) is damaged: \(reason)")
      } catch let error as UnreadableColumn {
        problems.append("the maps: a row's \(error.column) \(error.reason)")
      }
    }
    return problems
  }

  private func steps(_ db: Database) throws -> [String] {
    var problems: [String] = []
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT artwork.name, step.number, step.recipe, step.recipeDigest
        FROM step JOIN artwork ON artwork.id = step.artwork
        """)
    while let row = try rows.next() {
      let (name, number): (String, Int64) = (try row.value("name"), try row.value("number"))
      let place = "step \(number) of '\(name)'"
      do {
        let recipe = try recipe(in: row, of: place)
        for digest in recipe.tensors where try !db.contains(digest) {
          problems.append("the history: \(place) needs the tensor \(digest), which is missing")
        }
        for digest in recipe.maps where try !db.containsMap(digest) {
          problems.append("the history: \(place) needs the map \(digest), which is missing")
        }
      } catch ProjectError.corrupt(_, let reason) {
        problems.append("the history: \(reason)")
      } catch let error as EditingError {
        problems.append("the history: \(place): \(error)")
      }
    }
    return problems
  }

  /// Every branch's step must lie on the line to its tip, or redo would leave the line.
  private func branchLines(_ db: Database) throws -> [String] {
    var problems: [String] = []
    for artwork in try String.fetchAll(db, sql: "SELECT name FROM artwork") {
      let head = try db.head(of: artwork)
      let rows = try Row.fetchAll(
        db, sql: "SELECT name, step, tip FROM branch WHERE artwork = ?", arguments: [head.artwork])
      for row in rows where try !db.line(to: row.value("tip"), head).contains(row.value("step")) {
        let name: String = try row.value("name")
        problems.append("the branches: '\(name)' of '\(artwork)' is not on its own line")
      }
    }
    return problems
  }
}

extension Project {
  /// The value of one of SQLite's pragmas on this project's own connection.
  package func pragma(_ name: String) throws -> String? {
    try read { db in
      let row = try Row.fetchOne(db, sql: "PRAGMA \(name)")
      return row?.databaseValues.first.flatMap(String.fromDatabaseValue)
        ?? row?.databaseValues.first.flatMap(Int.fromDatabaseValue).map(String.init)
    }
  }
}
