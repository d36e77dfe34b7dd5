import Projects
import Testing

@Suite("Branches")
struct BranchTests {
  @Test("A branch reaches a line that an edit after undo has left")
  func abandonedLine() throws {
    try withProject { project in
      try project.addLine("anna", steps: 4)
      try project.undo("anna", steps: 2)
      try project.edit("anna", seed: 50)
      let branch = try project.branch("anna", named: "first idea", at: 4)
      #expect(branch.step == 4 && !branch.isCurrent && branch.artwork == "anna")
      #expect(try project.artwork(named: "anna").head == 5)
      #expect(try project.switchTo("first idea", of: "anna").isCurrent)
      #expect(try project.seed(of: "anna") == 3)
      #expect(try project.undo("anna").id == 3)
    }
  }

  @Test("Edits and undo move the current branch and no other")
  func currentMoves() throws {
    try withProject { project in
      try project.addLine("anna", steps: 2)
      try project.branch("anna", named: "warm")
      try project.edit("anna", seed: 9)
      #expect(try project.branches(of: "anna").map(\.name) == ["main", "warm"])
      #expect(try project.branches(of: "anna").map(\.step) == [3, 2])
      try project.switchTo("warm", of: "anna")
      try project.edit("anna", seed: 10)
      try project.undo("anna")
      #expect(try project.branches(of: "anna").map(\.step) == [3, 2])
      #expect(try project.branches(of: "anna").map(\.isCurrent) == [false, true])
    }
  }

  @Test("Every branch remembers what was undone on it")
  func redoByBranch() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      try project.branch("anna", named: "warm")
      try project.undo("anna", steps: 2)
      try project.switchTo("warm", of: "anna")
      #expect(throws: ProjectError.self) { try project.redo("anna") }
      try project.edit("anna", seed: 9)
      try project.switchTo("main", of: "anna")
      #expect(try project.redo("anna", steps: 2).id == 3)
    }
  }

  @Test("Branches of two artworks do not meet")
  func twoArtworks() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      try project.addLine("bert", steps: 1)
      try project.branch("anna", named: "warm", at: 2)
      try project.branch("bert", named: "warm", at: 1)
      #expect(throws: ProjectError.unknownStep(artwork: "bert", step: 2, last: 1)) {
        try project.branch("bert", named: "cold", at: 2)
      }
      #expect(try project.history(of: "anna")[1].branches == ["warm"])
    }
  }

  @Test("A branch cannot stand on a step that is not there", arguments: [0, -1, 4, Int64.max])
  func unknownStep(step: Int64) throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      #expect(throws: ProjectError.unknownStep(artwork: "anna", step: step, last: 3)) {
        try project.branch("anna", named: "warm", at: step)
      }
      #expect(throws: ProjectError.self) { try project.recipe(of: "anna", step: step) }
    }
  }

  @Test("The current branch stays; another may go, without its steps")
  func removal() throws {
    try withProject { project in
      try project.addLine("anna", steps: 2)
      try project.branch("anna", named: "warm", at: 1)
      #expect(throws: ProjectError.currentBranch(artwork: "anna", branch: "main")) {
        try project.removeBranch("main", of: "anna")
      }
      try project.removeBranch("warm", of: "anna")
      #expect(try project.branches(of: "anna").map(\.name) == ["main"])
      #expect(try project.history(of: "anna").count == 2)
      #expect(
        throws: ProjectError.unknownName(kind: .branch, name: "mein", near: ["main"])
      ) { try project.switchTo("mein", of: "anna") }
    }
  }

  @Test("Two branches of an artwork cannot share a name")
  func sameName() throws {
    try withProject { project in
      try project.addLine("anna", steps: 2)
      #expect(throws: ProjectError.nameTaken(kind: .branch, name: "main")) {
        try project.branch("anna", named: "main")
      }
    }
  }
}
