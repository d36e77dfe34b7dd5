import Editing
import Foundation
import Projects
import Tensors
import Testing

@Suite("History")
struct HistoryTests {
  @Test("An artwork begins with one step on main")
  func first() throws {
    try withProject { project in
      let artwork = try project.add(recipe(85), named: "anna", label: "seed 85")
      #expect(artwork.name == "anna" && artwork.head == 1 && artwork.stepCount == 1)
      #expect(artwork.currentBranch == "main" && !artwork.canUndo && !artwork.canRedo)
      #expect(try artwork.recipe == recipe(85).digest())
      let steps = try project.history(of: "anna")
      #expect(steps.count == 1 && steps[0].isHead && steps[0].onCurrentLine)
      #expect(steps[0].parent == nil && steps[0].label == "seed 85")
      #expect(steps[0].branches == ["main"])
    }
  }

  @Test("An edit appends a step that knows its parent")
  func edits() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      let step = try project.edit("anna", seed: 7)
      #expect(step.id == 4 && step.parent == 3 && step.isHead && step.branches == ["main"])
      #expect(try project.recipe(of: "anna") == recipe(7))
      #expect(try project.recipe(of: "anna", step: 2) == recipe(1))
      #expect(try project.recipe(recipe(2).digest()) == recipe(2))
      #expect(try project.recipe(recipe(99).digest()) == nil)
    }
  }

  @Test("Undo and redo move by any number of steps", arguments: 1...4)
  func undoAndRedo(steps: Int) throws {
    try withProject { project in
      try project.addLine("anna", steps: 5)
      let back = try project.undo("anna", steps: steps)
      #expect(back.id == Int64(5 - steps))
      #expect(try project.seed(of: "anna") == UInt32(4 - steps))
      let artwork = try project.artwork(named: "anna")
      #expect(artwork.canRedo && artwork.stepCount == 5)
      let forward = try project.redo("anna", steps: steps)
      #expect(forward.id == 5 && forward.isHead)
      #expect(try !project.artwork(named: "anna").canRedo)
    }
  }

  @Test("Undo past the first step is refused as a whole and says how many there are")
  func nothingToUndo() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      #expect(throws: ProjectError.nothingToUndo(artwork: "anna", asked: 3, available: 2)) {
        try project.undo("anna", steps: 3)
      }
      #expect(try project.artwork(named: "anna").head == 3)
      try project.undo("anna", steps: 2)
      let error = #expect(throws: ProjectError.self) { try project.undo("anna") }
      #expect(error?.description.contains("nothing to undo") == true)
    }
  }

  @Test("Redo is refused where nothing was undone")
  func nothingToRedo() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      #expect(throws: ProjectError.nothingToRedo(artwork: "anna", asked: 1, available: 0)) {
        try project.redo("anna")
      }
      try project.undo("anna")
      #expect(throws: ProjectError.nothingToRedo(artwork: "anna", asked: 2, available: 1)) {
        try project.redo("anna", steps: 2)
      }
    }
  }

  @Test("A move by no or fewer steps is refused", arguments: [0, -1, Int.min])
  func noSteps(steps: Int) throws {
    try withProject { project in
      try project.addLine("anna", steps: 2)
      #expect(throws: ProjectError.self) { try project.undo("anna", steps: steps) }
      #expect(throws: ProjectError.self) { try project.redo("anna", steps: steps) }
    }
  }

  @Test("An edit after undo begins a new line, and the old one stays")
  func newLine() throws {
    try withProject { project in
      try project.addLine("anna", steps: 4)
      try project.undo("anna", steps: 2)
      let step = try project.edit("anna", seed: 50)
      #expect(step.id == 5 && step.parent == 2)
      #expect(throws: ProjectError.self) { try project.redo("anna") }
      let steps = try project.history(of: "anna")
      #expect(steps.map(\.id) == [1, 2, 3, 4, 5])
      #expect(steps.filter(\.onCurrentLine).map(\.id) == [1, 2, 5])
      #expect(steps.filter(\.isUndone).isEmpty)
      #expect(try project.recipe(of: "anna", step: 4) == recipe(3))
    }
  }

  @Test("Redo follows the line last undone, through forks")
  func redoAfterForks() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      try project.undo("anna", steps: 2)
      try project.edit("anna", seed: 10)
      try project.edit("anna", seed: 11)
      try project.undo("anna", steps: 2)
      let undone = try project.history(of: "anna").filter(\.isUndone).map(\.id)
      #expect(undone == [4, 5])
      #expect(try project.redo("anna").id == 4)
      #expect(try project.redo("anna").id == 5)
    }
  }

  @Test("What was undone can be redone after the project was closed")
  func redoAfterReopening() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      try project.undo("anna", steps: 2)
      try project.close()
      let again = try Project(at: project.url)
      #expect(try again.redo("anna", steps: 2).id == 3)
    }
  }

  @Test("Steps are numbered from 1 in every artwork")
  func numbers() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      try project.addLine("bert", steps: 2)
      #expect(try project.history(of: "bert").map(\.id) == [1, 2])
      #expect(try project.edit("anna", seed: 9).id == 4)
      #expect(try project.artworks().map(\.name) == ["anna", "bert"])
    }
  }

  @Test("A change that throws leaves no step")
  func throwingChange() throws {
    struct Refusal: Error {}
    try withProject { project in
      try project.addLine("anna", steps: 2)
      let content = tensor(1)
      #expect(throws: Refusal.self) {
        try project.apply(
          to: "anna", label: "x", attachments: [Digest(of: content): content]
        ) { _ in throw Refusal() }
      }
      #expect(try project.history(of: "anna").count == 2)
      #expect(try !project.contains(Digest(of: content)))
    }
  }

  @Test("A change may read from the project that it changes")
  func nestedReads() throws {
    try withProject { project in
      try project.addLine("anna", steps: 1)
      try project.keepDirection(tensor(), named: "smile", method: "sefa")
      try project.apply(to: "anna", label: "smile") {
        $0.append(MoveOperation(along: try project.direction(named: "smile").tensor, by: 2))
      }
      #expect(try project.recipe(of: "anna").edits.count == 1)
    }
  }

  @Test("A nested edit that fails is undone alone")
  func nestedWrites() throws {
    try withProject { project in
      try project.addLine("anna", steps: 1)
      try project.apply(to: "anna", label: "outer") { recipe in
        try project.keep(tensor(1), named: "kept", space: .w)
        #expect(throws: ProjectError.self) {
          try project.add(recipe, named: "anna", label: "taken")
        }
        recipe.base = .seed(3)
      }
      #expect(try project.latents().map(\.name) == ["kept"])
      #expect(try project.seed(of: "anna") == 3)
    }
  }

  @Test("A recipe may name only content that the project holds or is handed")
  func attachments() throws {
    try withProject { project in
      let content = tensor(3)
      let digest = Digest(of: content)
      let recipe = Recipe(network: networkDigest, base: LatentSource(.latent(digest, .wPlus)))
      #expect(throws: ProjectError.missingTensor(digest: digest, path: project.url.path)) {
        try project.add(recipe, named: "anna", label: "x")
      }
      #expect(try project.artworks().isEmpty)
      try project.add(recipe, named: "anna", label: "x", attachments: [digest: content])
      #expect(try project.tensor(digest).scalars == content.scalars)
      #expect(throws: ProjectError.self) {
        try project.apply(to: "anna", label: "y") {
          $0.append(MoveOperation(along: Digest(of: tensor(4)), by: 1))
        }
      }
      #expect(try project.history(of: "anna").count == 1)
    }
  }

  @Test("Content handed over under another digest is refused")
  func wrongAttachment() throws {
    try withProject { project throws in
      let (content, other) = (tensor(1), Digest(of: tensor(2)))
      #expect(
        throws: ProjectError.wrongAttachment(expected: other, found: Digest(of: content))
      ) {
        try project.add(recipe(), named: "anna", label: "x", attachments: [other: content])
      }
      #expect(try !project.contains(Digest(of: content)))
    }
  }
}
