import Editing
import Foundation
import GRDB
import Imaging
import Projects
import Tensors
import Testing

@Suite("Maps in a project")
struct MapStoreTests {
  @Test("are kept by digest, large numbers too, and are edited step by step")
  func keeping() throws {
    try withProject { project in
      let labels = IntegerMap(width: 3, height: 2, values: [1, 1, 2, 2, 1, 1])
      let instances = IntegerMap(
        width: 3, height: 2, values: [1, 1, 2000, 181_000, 1, 16_777_215])
      #expect(try project.store(instances) == instances.digest)
      #expect(try project.store(instances) == instances.digest)
      #expect(try project.map(instances.digest) == instances)
      #expect(throws: ProjectError.self) { try project.map(labels.digest) }
      #expect(throws: (any Error).self) {
        try project.store(IntegerMap(width: 1, height: 1, repeating: 1 << 24))
      }

      var recipe = recipe(1)
      recipe.scene = Scene(labels: labels.digest, instances: instances.digest)
      #expect(throws: ProjectError.self) { try project.add(recipe, named: "a", label: "") }
      try project.add(recipe, named: "a", label: "", maps: [labels])
      try project.apply(to: "a", label: "relabel") {
        $0.append(RelabelOperation(object: 2000, label: 7))
      }
      #expect(try project.scene(of: project.recipe(of: "a"))?.objects.values[2] == 7000)
      try project.undo("a")
      #expect(try project.scene(of: project.recipe(of: "a"))?.objects.values[2] == 2000)
      try project.redo("a")
      #expect(try project.check().isEmpty)
    }
  }
}
