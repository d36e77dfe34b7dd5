import Editing
import Projects
import Tensors
import Testing

@Suite("Tables of pictures")
struct SheetTests {
  private func sheet(_ seeds: [UInt32]) -> Sheet {
    Sheet(
      rows: ["row"], columns: seeds.map { "\($0)" }, cells: [seeds.map { recipe($0) }], cell: 64)
  }

  @Test("A kept table comes back as it was, and keeps its place in the list")
  func keeping() throws {
    try withProject { project in
      try project.keep(sheet([1, 2]), named: "first")
      try project.keep(sheet([3]), named: "second")
      #expect(try project.sheet(named: "first") == sheet([1, 2]))
      #expect(try project.sheets() == ["first", "second"])
    }
  }

  @Test("A name is taken once, unless the table may be replaced")
  func replacing() throws {
    try withProject { project in
      try project.keep(sheet([1]), named: "table")
      #expect(throws: ProjectError.nameTaken(kind: .sheet, name: "table")) {
        try project.keep(sheet([2]), named: "table")
      }
      try project.keep(sheet([2]), named: "table", replace: true)
      #expect(try project.sheet(named: "table") == sheet([2]))
    }
  }

  @Test("A table needs the content that its recipes name")
  func content() throws {
    try withProject { project in
      let direction = Tensor([1, 2, 3], shape: [3])
      var moved = recipe(1)
      moved.append(MoveOperation(along: Digest(of: direction), by: 1))
      let table = Sheet(cells: [[moved]], cell: 64)
      #expect(throws: ProjectError.self) { try project.keep(table, named: "moved") }
      #expect(try project.sheets().isEmpty)
      try project.keep(table, named: "moved", attachments: [Digest(of: direction): direction])
      #expect(try project.tensor(Digest(of: direction)).scalars == [1, 2, 3])
    }
  }

  @Test("An unknown table is named, with those that look alike")
  func unknown() throws {
    try withProject { project in
      try project.keep(sheet([1]), named: "mixing")
      #expect(throws: ProjectError.unknownName(kind: .sheet, name: "mixin", near: ["mixing"])) {
        try project.sheet(named: "mixin")
      }
    }
  }

  @Test("Directions and latents are known by their names, the oldest first")
  func contentNames() throws {
    try withProject { project in
      let tensor = Tensor([1, 2, 3], shape: [3])
      _ = try project.keepDirection(tensor, named: "smile", method: "imported")
      _ = try project.keepDirection(tensor, named: "grin", method: "imported")
      #expect(try project.contentNames() == [Digest(of: tensor): "smile"])
    }
  }
}
