import Projects
import Tensors
import Testing

@Suite("Tensor store")
struct TensorStoreTests {
  @Test(
    "A tensor comes back bit by bit",
    arguments: [[], [0], [1], [18, 512], [2, 3, 4, 5], [3, 0]] as [Shape])
  func roundTrip(shape: Shape) throws {
    try withProject { project in
      var content = tensor(1, shape: shape)
      content.withUnsafeMutableBuffer { values in
        let odd: [Float] = [.nan, -0.0, .infinity, .leastNonzeroMagnitude]
        for (i, value) in zip(values.indices, odd) { values[i] = value }
      }
      let digest = try project.store(content)
      let back = try project.tensor(digest)
      #expect(back.shape == shape && digest == Digest(of: content))
      #expect(back.scalars.map(\.bitPattern) == content.scalars.map(\.bitPattern))
    }
  }

  @Test("The same content is stored once")
  func deduplication() throws {
    try withProject { project in
      let content = tensor(1)
      #expect(try project.store(content) == project.store(content))
      try project.keep(content, named: "a", space: .wPlus)
      try project.keep(content, named: "b", space: .wPlus)
      try project.keepDirection(content, named: "c", method: "sefa")
      let statistics = try project.snapshotStatistics()
      #expect(statistics.tensors == 1 && statistics.tensorBytes == 64)
      #expect(statistics.latents == 2 && statistics.directions == 1)
    }
  }

  @Test("The same elements under another shape are other content")
  func shapes() throws {
    try withProject { project throws in
      let content = tensor(1)
      #expect(try project.store(content) != project.store(content.reshaped([16])))
    }
  }

  @Test("A missing tensor is an error that names it")
  func missing() throws {
    try withProject { project in
      let digest = Digest(of: tensor(5))
      #expect(throws: ProjectError.missingTensor(digest: digest, path: project.url.path)) {
        try project.tensor(digest)
      }
    }
  }

  @Test(
    "Damage is noticed at reading and by the check",
    arguments: [
      "bytes = zeroblob(64)", "bytes = x'00'", "bytes = CAST(bytes || x'00' AS BLOB)",
      "shape = '[16]'",
      "shape = '[-1]'", "shape = '[4611686018427387904, 4]'", "shape = 'nonsense'",
      "digest = 'sha256:' || printf('%064d', 1)",
    ])
  func damage(change: String) throws {
    try withProject { project in
      let digest = try project.store(tensor(1))
      try runSQL(
        "DROP TRIGGER tensor_is_never_changed; UPDATE tensor SET \(change)", on: project.url)
      let error = #expect(throws: ProjectError.self) { try project.tensor(digest) }
      switch error {
      case .corruptTensor(_, let found, _), .missingTensor(let found, _): #expect(found == digest)
      default: Issue.record("unexpected: \(String(describing: error))")
      }
      let problems = try project.check()
      #expect(problems.contains { $0.hasPrefix("the tensors:") })
      #expect(problems.contains("the schema: 'trigger tensor_is_never_changed' is missing"))
    }
  }
}
