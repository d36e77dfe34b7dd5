import Foundation
import GRDB
import Imaging
import Projects
import Testing

@Suite("Append-only tables")
struct AppendOnlyTests {
  @Test(
    "The file itself refuses to change history and content",
    arguments: [
      "UPDATE step SET label = 'forged'", "DELETE FROM step",
      "DELETE FROM step WHERE number = 2",
      "INSERT OR REPLACE INTO step SELECT * FROM step WHERE number = 1",
      """
      INSERT OR REPLACE INTO step (artwork, number, parent, recipe, recipeDigest, label, createdAt)
      SELECT artwork, number, parent, recipe, recipeDigest, 'forged', createdAt FROM step
      """,
      "UPDATE tensor SET bytes = x'00'", "DELETE FROM tensor",
      "INSERT OR REPLACE INTO tensor SELECT digest, dtype, '[1]', x'00000000' FROM tensor",
      "UPDATE map SET width = 7", "DELETE FROM map",
      "INSERT OR REPLACE INTO map SELECT digest, 7, height, png FROM map",
    ])
  func refused(sql: String) throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      try project.store(tensor())
      try project.store(IntegerMap(width: 2, height: 1, values: [1, 26_000]))
      let history = try project.history(of: "anna")
      #expect(throws: DatabaseError.self) { try runSQL(sql, on: project.url) }
      #expect(try project.history(of: "anna") == history)
      #expect(try project.check().isEmpty)
    }
  }

  @Test("No table is WITHOUT ROWID, every table is STRICT")
  func tables() throws {
    try withProject { project in
      let queue = try DatabaseQueue(path: project.url.path)
      let tables = try queue.read {
        try Row.fetchAll(
          $0,
          sql: """
            SELECT name, wr, strict FROM pragma_table_list
            WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'
              AND name NOT LIKE 'grdb_%'
            """)
      }
      #expect(tables.count == 21)
      #expect(tables.allSatisfy { $0["wr"] == 0 && $0["strict"] == 1 })
    }
  }
}
