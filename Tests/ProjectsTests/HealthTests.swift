import Foundation
import Projects
import Testing

@Suite("Health")
struct HealthTests {
  @Test("A project in use is healthy and counts what it holds")
  func healthy() throws {
    try withProject { project in
      try project.addLine("anna", steps: 5)
      try project.branch("anna", named: "warm", at: 2)
      try project.keep(tensor(), named: "a", space: .w)
      #expect(try project.check().isEmpty)
      let statistics = try project.snapshotStatistics()
      #expect(statistics.artworks == 1 && statistics.steps == 5 && statistics.branches == 2)
      #expect(statistics.fileBytes > 4096)
    }
  }

  @Test(
    "Damage through other tools is found and told",
    arguments: [
      ("PRAGMA foreign_keys = OFF; DELETE FROM artwork", "the references:"),
      (
        "DROP TRIGGER step_is_never_changed; UPDATE step SET recipe = replace(recipe, '1', '2')",
        "the history: the recipe of step"
      ),
      ("DROP TRIGGER step_is_never_removed", "the schema: 'trigger step_is_never_removed'"),
      ("CREATE TABLE extra (x)", "the schema: 'table extra' is not Atelier's"),
      (
        "PRAGMA foreign_keys = OFF; UPDATE branch SET step = 3, tip = 4 WHERE name = 'warm'",
        "the branches: 'warm'"
      ),
      (
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'stars INTEGER NOT NULL', 'stars INTEGER')
        WHERE name = 'artwork'
        """, "the schema: 'table artwork' was changed"
      ),
    ])
  func damage(sql: String, expected: String) throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      try project.undo("anna", steps: 2)
      try project.edit("anna", seed: 1)
      try project.branch("anna", named: "warm", at: 1)
      try project.close()
      try runSQL(sql, on: project.url)
      let problems = try Project(at: project.url).check()
      #expect(problems.contains { $0.hasPrefix(expected) }, "\(problems)")
    }
  }

  @Test("Overwritten pages are reported, never a crash", arguments: 1..<12)
  func overwrittenPage(page: Int) throws {
    try withProject { project in
      try project.addLine("anna", steps: 40)
      try project.store(tensor(1, shape: [64, 64]))
      try project.close()
      var bytes = try Data(contentsOf: project.url)
      let start = page * 4096
      guard start + 4096 <= bytes.count else { return }
      bytes.replaceSubrange(start..<start + 4096, with: Data(repeating: 0x5A, count: 4096))
      try bytes.write(to: project.url)
      do {
        #expect(try !Project(at: project.url).check().isEmpty)
      } catch is ProjectError {
        // Refused at opening: as good.
      }
    }
  }

  @Test("500 edits, and how long they take")
  func speed() throws {
    try withProject { project in
      try project.add(recipe(), named: "anna", label: "begin")
      let clock = ContinuousClock()
      let edits = try clock.measure {
        for seed in 1...500 as ClosedRange<UInt32> { try project.edit("anna", seed: seed) }
      }
      let content = (0..<500).map { tensor($0, shape: [18, 512]) }
      let latents = try clock.measure {
        for (i, tensor) in content.enumerated() {
          try project.keep(tensor, named: "\(i)", space: .wPlus)
        }
      }
      let undos = try clock.measure { for _ in 0..<500 { try project.undo("anna") } }
      let history = try clock.measure { _ = try project.history(of: "anna") }
      let check = try clock.measure { _ = try project.check() }
      print(
        "500 edits \(edits), 500 latents of 36 KB \(latents), 500 undos \(undos), "
          + "history of 501 steps \(history), check \(check)")
      #expect(try project.artwork(named: "anna").head == 1)
    }
  }
}
