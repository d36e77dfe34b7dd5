import Foundation
import GRDB
import Projects
import TestSupport
import Testing

@Suite("Opening and creating")
struct OpeningTests {
  /// What lies in a folder, byte for byte.
  func contents(_ folder: URL) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: folder.appendingPathComponent($1))
    }
  }

  @Test("A new project is a single file, and survives being closed")
  func creation() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("a?b#c%20 d.atelier")
      let project = try Project.create(at: url)
      try project.addLine("anna", steps: 2)
      try project.close()
      #expect(try contents(folder).keys.sorted() == ["a?b#c%20 d.atelier"])
      #expect(try Project(at: url).artwork(named: "anna").head == 2)
      #expect(throws: ProjectError.self) { try project.artworks() }
    }
  }

  @Test("A file carries the letters Atel and the schema's number in its header")
  func header() throws {
    try withProject { project in
      try project.close()
      let header = try Data(contentsOf: project.url).prefix(100)
      #expect(header[68..<72].elementsEqual("Atel".utf8))
      #expect(header[60..<64].elementsEqual([0, 0, 0, 6]))
      #expect(header[18] == 2 && header[19] == 2, "WAL")
    }
  }

  @Test("Creating leaves an existing file alone, and opens it only when asked to")
  func existing() throws {
    try withProject { project in
      try project.addLine("anna", steps: 1)
      #expect(throws: ProjectError.alreadyExists(path: project.url.path)) {
        try Project.create(at: project.url)
      }
      let opened = try Project.create(at: project.url, openExisting: true)
      #expect(try opened.artworks().count == 1)
    }
  }

  @Test("Creating says why it cannot: no folder, or the log of a project that was here")
  func cannotCreate() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let nowhere = folder.appendingPathComponent("no/where.atelier")
      let error = #expect(throws: ProjectError.self) { try Project.create(at: nowhere) }
      #expect(error?.description.contains("there is no folder") == true)
      try Data("log".utf8).write(to: folder.appendingPathComponent("a.atelier-wal"))
      let logged = #expect(throws: ProjectError.self) {
        try Project.create(at: folder.appendingPathComponent("a.atelier"))
      }
      #expect(logged?.description.contains("a.atelier-wal") == true)
    }
  }

  @Test("A missing project is an error that says how to make one")
  func missing() throws {
    try ReferenceData.withTemporaryFolder { folder throws in
      let url = folder.appendingPathComponent("none.atelier")
      let error = #expect(throws: ProjectError.missing(path: url.path)) { try Project(at: url) }
      #expect(error?.description.contains("atelier new") == true)
      #expect(try contents(folder).isEmpty)
    }
  }

  @Test(
    "A file that is no database is refused and left as it is",
    arguments: [
      "", "hello", String(repeating: "\u{89}PNG", count: 2000),
      "SQLite format 3\0" + String(repeating: "x", count: 3000),
    ], [false, true])
  func notADatabase(content: String, readOnly: Bool) throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.atelier")
      try Data(content.utf8).write(to: url)
      let error = #expect(throws: ProjectError.self) { try Project(at: url, readOnly: readOnly) }
      guard case .notADatabase = error else {
        Issue.record("unexpected: \(String(describing: error))")
        return
      }
      #expect(try contents(folder) == ["x.atelier": Data(content.utf8)])
    }
  }

  @Test("A folder is refused")
  func folder() throws {
    try ReferenceData.withTemporaryFolder { folder in
      _ = #expect(throws: ProjectError.self) { try Project(at: folder) }
    }
  }

  @Test("Another program's database is refused and left as it is", arguments: ["wal", "delete"])
  func otherApplication(journal: String) throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.atelier")
      try runSQL(
        "PRAGMA journal_mode = \(journal); PRAGMA application_id = 77; CREATE TABLE t (x)", on: url)
      let before = try contents(folder)
      #expect(throws: ProjectError.otherApplication(path: url.path)) { try Project(at: url) }
      #expect(try contents(folder) == before)
    }
  }

  @Test(
    "A project of a newer Atelier is refused and left as it is",
    arguments: [
      "PRAGMA user_version = 99", "INSERT INTO grdb_migrations VALUES ('99 from the future')",
    ])
  func newer(sql: String) throws {
    try withProject { project in
      try project.close()
      try runSQL(sql, on: project.url)
      let before = try Data(contentsOf: project.url)
      let error = #expect(throws: ProjectError.self) { try Project(at: project.url) }
      guard case .newerSchema = error else {
        Issue.record("unexpected: \(String(describing: error))")
        return
      }
      #expect(try Data(contentsOf: project.url) == before)
    }
  }

  @Test("A truncated project is refused as damaged", arguments: [4096, 10_000, 20_480])
  func truncated(length: Int) throws {
    try withProject { project in
      try project.addLine("anna", steps: 20)
      try project.close()
      let whole = try Data(contentsOf: project.url)
      try whole.prefix(length).write(to: project.url)
      let error = #expect(throws: ProjectError.self) {
        _ = try Project(at: project.url).artworks()
      }
      guard case .corrupt = error else {
        Issue.record("unexpected: \(String(describing: error))")
        return
      }
      #expect(try Data(contentsOf: project.url) == whole.prefix(length))
    }
  }

  @Test("A project that lost its tables is refused as damaged")
  func noTables() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.atelier")
      try runSQL("PRAGMA application_id = \(0x4174_656C)", on: url)
      #expect(throws: ProjectError.corrupt(path: url.path, reason: "it has no tables")) {
        try Project(at: url)
      }
    }
  }

  @Test("A project opened read-only can be read and not changed")
  func readOnly() throws {
    try withProject { project in
      try project.addLine("anna", steps: 2)
      let reader = try Project(at: project.url, readOnly: true)
      #expect(try reader.artwork(named: "anna").head == 2)
      #expect(try reader.check().isEmpty)
      #expect(throws: ProjectError.readOnly(path: project.url.path)) { try reader.undo("anna") }
      try project.undo("anna")
      #expect(try reader.artwork(named: "anna").head == 1)
    }
  }

  @Test("A symbolic link leads to the project and its log")
  func symbolicLink() throws {
    try ReferenceData.withTemporaryFolder { folder in
      try withProject { project in
        try project.addLine("anna", steps: 2)
        let link = folder.appendingPathComponent("link.atelier")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: project.url)
        let linked = try Project(at: link)
        #expect(linked.url == project.url)
        #expect(try linked.artwork(named: "anna").head == 2)
        #expect(throws: ProjectError.alreadyExists(path: project.url.path)) {
          try Project.create(at: link)
        }
      }
    }
  }

  @Test("Every connection syncs at each commit, in WAL mode, with foreign keys")
  func pragmas() throws {
    try withProject { project throws in
      #expect(try project.pragma("synchronous") == "2")
      #expect(try project.pragma("journal_mode") == "wal")
      #expect(try project.pragma("foreign_keys") == "1")
      #expect(try project.pragma("busy_timeout") == "30000")
      #expect(try project.pragma("trusted_schema") == "0")
    }
  }
}
