import Foundation
import Projects
import TestSupport
import Testing

@Suite("Rights")
struct RightsTests {
  /// Runs `body` without the right to write where only the owner may: as root, this thread takes
  /// another user's rights on files meanwhile.
  func withoutRoot(_ body: () throws -> Void) throws {
    guard geteuid() == 0 else { return try body() }
    typealias SetFileUser = @convention(c) (UInt32) -> Int32
    let symbol = try #require(dlsym(nil, "setfsuid"))
    let setFileUser = unsafeBitCast(symbol, to: SetFileUser.self)
    _ = setFileUser(65534)
    defer { _ = setFileUser(0) }
    try body()
  }

  func chmod(_ mode: Int, _ url: URL) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
  }

  @Test(
    "A read-only file or folder is refused for writing, and opens for reading",
    arguments: [(0o444, 0o777), (0o644, 0o555), (0o444, 0o555)])
  func readOnly(file: Int, folder: Int) throws {
    try withProject { project in
      try project.addLine("anna", steps: 2)
      try project.close()
      let parent = project.url.deletingLastPathComponent()
      try chmod(file, project.url)
      try chmod(folder, parent)
      defer { try? chmod(0o755, parent) }
      let before = try Data(contentsOf: project.url)
      try withoutRoot {
        #expect(throws: ProjectError.readOnly(path: project.url.path)) {
          try Project(at: project.url)
        }
        let reader = try Project(at: project.url, readOnly: true)
        #expect(try reader.seed(of: "anna") == 1)
        try reader.close()
      }
      #expect(try Data(contentsOf: project.url) == before)
    }
  }

  @Test("A project cannot be made in a read-only folder")
  func creation() throws {
    try ReferenceData.withTemporaryFolder { folder in
      try chmod(0o555, folder)
      defer { try? chmod(0o755, folder) }
      try withoutRoot {
        let error = #expect(throws: ProjectError.self) {
          try Project.create(at: folder.appendingPathComponent("x.atelier"))
        }
        guard case .cannotCreate = error else {
          Issue.record("unexpected: \(String(describing: error))")
          return
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test("A file that may not be read is refused")
  func unreadable() throws {
    try withProject { project in
      try project.close()
      try chmod(0o000, project.url)
      try withoutRoot {
        for readOnly in [false, true] {
          #expect(throws: ProjectError.self) { try Project(at: project.url, readOnly: readOnly) }
        }
      }
    }
  }
}
