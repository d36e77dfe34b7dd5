import Editing
import Foundation
import Projects
import Tensors
import TestSupport
import Testing

@Suite("Companions of latents")
struct CompanionTests {
  @Test("A tuning and noise maps go with the name of their latent, and their content stays")
  func companions() throws {
    try withProject { project in
      let (tuning, noise) = (tensor(1, shape: [5]), tensor(2, shape: [7]))
      let both = LatentCompanions(tuning: Digest(of: tuning), noise: Digest(of: noise))
      let content = MemoryContent([Digest(of: tuning): tuning, Digest(of: noise): noise])
      let kept = try project.keep(
        tensor(), named: "me", space: .wPlus, companions: both, attachments: content.tensors)
      #expect(kept.companions == both)
      // Another name of the same latent has none, or others.
      #expect(try project.keep(tensor(), named: "plain", space: .wPlus).companions == .none)
      let tuned = LatentCompanions(tuning: Digest(of: tuning))
      #expect(
        try project.keep(tensor(), named: "t", space: .wPlus, companions: tuned).companions == tuned
      )
      try project.renameLatent("me", to: "myself")
      #expect(try project.latent(named: "myself").companions == both)
      #expect(try project.latents().map(\.companions) == [both, .none, tuned])
      try project.keep(tensor(), named: "myself", space: .wPlus, replace: true)
      #expect(try project.latent(named: "myself").companions == .none)
      try project.removeLatent("t")
      #expect(try project.tensor(Digest(of: tuning)).bits == tuning.bits)
      let problems = try project.check()
      #expect(problems.isEmpty)
    }
  }

  @Test("Companions that the project does not hold are refused, and nothing is kept")
  func missing() throws {
    try withProject { project in
      let missing = LatentCompanions(noise: Digest(of: tensor(9)))
      #expect(throws: ProjectError.self) {
        try project.keep(tensor(), named: "me", space: .wPlus, companions: missing)
      }
      let kept = try project.latents()
      #expect(kept.isEmpty)
    }
  }
}
