import Editing
import Projects
import Tensors
import Testing

@Suite("Names")
struct NameTests {
  @Test(
    "Text that cannot be a name is refused for every kind",
    arguments: ["", "  ", "a/b", "a\nb", "\0", "a\u{7F}", String(repeating: "x", count: 201)])
  func invalid(name: String) throws {
    try withProject { project in
      try project.addLine("anna", steps: 1)
      let calls: [() throws -> Void] = [
        { try project.add(recipe(), named: name, label: "x") },
        { try project.keep(tensor(), named: name, space: .w) },
        { try project.keepDirection(tensor(), named: name, method: "sefa") },
        { try project.keepProfile(LayerProfile(0.5), named: name) },
        { try project.branch("anna", named: name) },
        { try project.tag("anna", name) },
        { try project.renameArtwork("anna", to: name) },
      ]
      for call in calls {
        let error = #expect(throws: ProjectError.self) { try call() }
        guard case .invalidName = error else {
          Issue.record("unexpected: \(String(describing: error))")
          continue
        }
      }
      #expect(try project.snapshotStatistics().tensors == 0)
    }
  }

  @Test("Of several directions either all are kept or, where a name is taken, none")
  func together() throws {
    try withProject { project in
      try project.keepDirection(tensor(), named: "b", method: "imported")
      let found = ["a", "b", "c"].map { NewDirection(tensor: tensor(), name: $0, method: "sefa") }
      #expect(throws: ProjectError.nameTaken(kind: .direction, name: "b")) {
        try project.keepDirections(found)
      }
      #expect(try project.directions().map(\.name) == ["b"])
      let kept = try project.keepDirections(found, replace: true)
      #expect(kept.map(\.name) == ["a", "b", "c"] && kept.allSatisfy { $0.method == "sefa" })
    }
  }

  @Test(
    "Unusual names are fine",
    arguments: [
      "Ana María", "🙂", "'; DROP TABLE step; --", "%s", "\\", String(repeating: "x", count: 200),
    ])
  func unusual(name: String) throws {
    try withProject { project in
      try project.add(recipe(), named: name, label: name)
      #expect(try project.artwork(named: name).name == name)
      #expect(try project.history(of: name)[0].label == name)
    }
  }

  @Test("One name in two Unicode forms is one name")
  func unicode() throws {
    try withProject { project in
      try project.add(recipe(), named: "Zo\u{65}\u{308}", label: "x")
      #expect(try project.artwork(named: "Zo\u{EB}").head == 1)
      #expect(throws: ProjectError.self) {
        try project.add(recipe(), named: "Zo\u{EB}", label: "x")
      }
    }
  }

  @Test(
    "An unknown name brings the names that look alike",
    arguments: [
      ("ana", ["anna"]), ("ANNA", ["anna"]), ("anna", []), ("bretram", ["bertram"]),
      ("bert", ["bertram"]), ("zebra", []), ("c", []),
    ] as [(String, [String])])
  func near(name: String, expected: [String]) throws {
    try withProject { project in
      for known in ["anna", "bertram", "x"] where known != name {
        try project.add(recipe(), named: known, label: "x")
      }
      let error = #expect(throws: ProjectError.self) { try project.history(of: name) }
      #expect(error == .unknownName(kind: .artwork, name: name, near: expected))
    }
  }

  @Test("The error reads as a question")
  func description() {
    let error = ProjectError.unknownName(kind: .artwork, name: "ana", near: ["anna"])
    #expect(error.description == "there is no artwork 'ana'; did you mean 'anna'?")
    let alone = ProjectError.unknownName(kind: .latent, name: "ana", near: [])
    #expect(alone.description == "there is no latent 'ana'.")
  }

  @Test("A name is given once, unless it is to be replaced")
  func replacing() throws {
    try withProject { project in
      let first = try project.keep(tensor(1), named: "anna", space: .w, note: "first")
      #expect(throws: ProjectError.nameTaken(kind: .latent, name: "anna")) {
        try project.keep(tensor(2), named: "anna", space: .z)
      }
      #expect(try !project.contains(Digest(of: tensor(2))))
      let second = try project.keep(
        tensor(2), named: "anna", space: .z, network: networkDigest, replace: true)
      #expect(second.space == .z && second.network == networkDigest && second.note.isEmpty)
      #expect(try project.latents() == [second])
      #expect(try project.tensor(first.tensor).scalars == tensor(1).scalars)
    }
  }

  @Test("Latents, directions and profiles can be renamed and removed; content stays")
  func renaming() throws {
    try withProject { project in
      let latent = try project.keep(tensor(1), named: "a", space: .wPlus)
      try project.keep(tensor(2), named: "b", space: .wPlus)
      try project.keepDirection(tensor(3), named: "a", method: "pca", parameters: "{\"rank\":1}")
      try project.keepProfile(LayerProfile(0.7), named: "a")
      #expect(throws: ProjectError.nameTaken(kind: .latent, name: "b")) {
        try project.renameLatent("a", to: "b")
      }
      try project.renameLatent("a", to: "c")
      try project.renameDirection("a", to: "c")
      try project.renameProfile("a", to: "c")
      #expect(try project.latent(named: "c").tensor == latent.tensor)
      #expect(try project.direction(named: "c").parameters == "{\"rank\":1}")
      #expect(try project.profile(named: "c") == LayerProfile(0.7))
      try project.removeLatent("c")
      try project.removeDirection("c")
      try project.removeProfile("c")
      #expect(throws: ProjectError.self) { try project.removeLatent("c") }
      #expect(try project.contains(latent.tensor))
      #expect(try project.latents().map(\.name) == ["b"])
    }
  }
}
