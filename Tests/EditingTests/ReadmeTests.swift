import Checkpoints
import Editing
import Foundation
import Imaging
import Networks
import TestSupport
import Testing

@Suite("The README's example")
struct ReadmeTests {
  @Test("The library example compiles and writes a picture that mixes two seeds")
  func libraryExample() throws {
    let file = ReferenceData.fixture("networks/s2ada_orig/network-snapshot-001234.pkl")
    try ReferenceData.withTemporaryFolder { folder in
      let checkpoint = try Checkpoint(contentsOf: file)
      let generator = try Generators.load(checkpoint)
      let renderer = Renderer(generator: generator, network: try checkpoint.digest())
      var recipe = Recipe(network: renderer.network, base: .seed(85), truncation: .psi(0.7))
      let plain = try renderer.render(recipe)
      recipe.append(MixOperation(with: .seed(821), layers: LayerSet(3..<6)))
      let url = folder.appendingPathComponent("seed0085.png")
      try renderer.render(recipe).write(to: url)
      let written = try Image(contentsOf: url)
      #expect(written.width == 16 && written.height == 16)
      #expect(written != plain)
    }
  }
}
