import Foundation
import GRDB
import Projects
import Tensors
import TestSupport
import Testing

@Suite("Kept styles of instances")
struct StyleTests {
  @Test("A style is kept with its class, source, tags and thumbnail")
  func keeping() throws {
    try withProject { project in
      let source = Digest(of: Data("photo".utf8))
      let vector = tensor(1, shape: [3])
      try project.keepStyle(
        vector, named: "red matte", label: 26, network: networkDigest, source: source,
        thumbnail: Data([1, 2]), tags: ["car", "red", "car"], note: "noon")
      let style = try project.style(named: "red matte")
      #expect(style.label == 26 && style.tags == ["car", "red"] && style.shape == [3])
      #expect(style.source == source && style.network == networkDigest)
      #expect(style.thumbnail == Data([1, 2]) && style.note == "noon")
      #expect(try project.tensor(style.tensor).bits == vector.bits)
      #expect(try project.contentNames()[style.tensor] == "red matte")
      #expect(throws: ProjectError.nameTaken(kind: .style, name: "red matte")) {
        try project.keepStyle(tensor(2, shape: [3]), named: "red matte", label: 26)
      }
      try project.keepStyle(tensor(2, shape: [3]), named: "red matte", label: 24, replace: true)
      #expect(try project.style(named: "red matte").tags.isEmpty)
      #expect(try project.contains(style.tensor), "the replaced style's content stays")
      try project.keepStyle(tensor(3, shape: [3]), named: "blue", label: 26, tags: ["car"])
      #expect(try project.styles().map(\.name) == ["blue", "red matte"])
      #expect(try project.styles(tagged: "car").map(\.name) == ["blue"])
      try project.renameStyle("blue", to: "deep blue")
      try project.removeStyle("deep blue")
      #expect(try project.styles().count == 1)
      let error = #expect(throws: ProjectError.self) { try project.style(named: "red mate") }
      #expect(error?.description.contains("red matte") == true)
      #expect(try project.check().isEmpty)
    }
  }

  @Test("Encodings and clusters have names of their own")
  func tables() throws {
    try withProject { project in
      let table = tensor(0, shape: [4, 6]), centers = tensor(1, shape: [5, 4])
      try project.keepStyleTable(table, as: .encoding, named: "noon", note: "photo.png")
      try project.keepStyleTable(centers, as: .clusters, named: "noon")
      #expect(try project.styleTable(.encoding, named: "noon").shape == [4, 6])
      #expect(try project.styleTable(.clusters, named: "noon").shape == [5, 4])
      #expect(try project.styleTables(.clusters).map(\.name) == ["noon"])
      let error = #expect(throws: ProjectError.self) {
        try project.keepStyleTable(table, as: .encoding, named: "noon")
      }
      #expect(error?.description.contains("another encoding") == true)
    }
  }

  @Test("A project from before styles were kept is brought up to date and loses nothing")
  func migration() throws {
    try withProject { project in
      try project.addLine("anna", steps: 3)
      try project.close()
      try runSQL(
        """
        DROP TABLE styleTag; DROP TABLE style; DROP TABLE encoding; DROP TABLE clusters;
        DELETE FROM grdb_migrations WHERE identifier LIKE '3 %'; PRAGMA user_version = 2;
        """, on: project.url)
      let opened = try Project(at: project.url)
      #expect(try opened.artwork(named: "anna").head == 3)
      try opened.keepStyle(tensor(1, shape: [3]), named: "red", label: 26)
      #expect(try opened.check().isEmpty)
    }
  }
}
