import Editing
import Foundation
import Projects
import Tensors
import Testing

@Suite("Networks, profiles, settings and annotations")
struct AnnotationTests {
  @Test("Adding a network again brings its details up to date")
  func networks() throws {
    try withProject { project in
      var record = NetworkRecord(
        digest: networkDigest, family: "stylegan2", name: "faces", path: "/a.pkl",
        configuration: "{}",
        licence: "CC-BY-NC-4.0", createdAt: Date(timeIntervalSince1970: 1000))
      try project.add(record)
      record.path = "/b.pkl"
      try project.add(record)
      #expect(try project.networks() == [record])
      #expect(try project.network(networkDigest) == record)
      #expect(try project.network(Digest(of: tensor())) == nil)
    }
  }

  @Test("Tags, note and stars belong to an artwork and leave its history alone")
  func annotations() throws {
    try withProject { project in
      try project.addLine("anna", steps: 1)
      try project.addLine("bert", steps: 1)
      for tag in ["warm", "done", "warm"] { try project.tag("anna", tag) }
      try project.tag("bert", "warm")
      try project.setNote("two\nlines", of: "anna")
      try project.setStars(5, of: "anna")
      let anna = try project.artwork(named: "anna")
      #expect(anna.tags == ["done", "warm"] && anna.note == "two\nlines" && anna.stars == 5)
      #expect(try project.tags(of: "bert") == ["warm"])
      #expect(try project.tags().map(\.count) == [1, 2])
      #expect(try project.artworks()[0] == anna)
      try project.untag("anna", "warm")
      #expect(try project.tags(of: "anna") == ["done"])
      #expect(throws: ProjectError.self) { try project.untag("anna", "warm") }
      #expect(throws: ProjectError.self) { try project.setStars(6, of: "anna") }
      #expect(try project.note(of: "bert").isEmpty)
      #expect(try project.history(of: "anna").count == 1)
    }
  }

  @Test("Profiles keep their values by layer", arguments: ["0.7", "0-3:0.5,4-17:0.9", "coarse:2"])
  func profiles(text: String) throws {
    try withProject { project in
      let profile = try LayerProfile(parsing: text)
      try project.keepProfile(profile, named: "mine")
      #expect(try project.profile(named: "mine") == profile)
      #expect(try project.profiles().map(\.name) == ["mine"])
    }
  }

  @Test("Settings can be set, changed and removed")
  func settings() throws {
    try withProject { project in
      #expect(try project.setting("network") == nil)
      try project.setSetting("network", to: "a")
      try project.setSetting("network", to: "b")
      #expect(try project.settings() == ["network": "b"])
      try project.setSetting("network", to: nil)
      #expect(try project.setting("network") == nil)
    }
  }

  @Test("Text with a NUL is refused rather than cut")
  func nul() throws {
    try withProject { project in
      try project.addLine("anna", steps: 1)
      #expect(throws: ProjectError.self) { try project.setNote("a\0b", of: "anna") }
      #expect(throws: ProjectError.self) {
        try project.apply(to: "anna", label: "a\0b") { _ in }
      }
    }
  }
}
