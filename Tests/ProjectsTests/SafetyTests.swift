import Dispatch
import Foundation
import Projects
import TestSupport
import Tensors
import Testing

@Suite("Safety")
struct SafetyTests {
  /// The project as it would be found had the machine stopped now: its files, copied.
  func crash(_ project: Project, into folder: URL) throws -> Project {
    let copy = folder.appendingPathComponent("\(UUID().uuidString).atelier")
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: project.url.path + suffix, toPath: copy.path + suffix)
    }
    return try Project(at: copy)
  }

  @Test("After a crash all acknowledged edits are there")
  func acknowledged() throws {
    try ReferenceData.withTemporaryFolder { folder in
      try withProject { project in
        try project.addLine("anna", steps: 50)
        try project.undo("anna", steps: 3)
        let found = try crash(project, into: folder)
        #expect(try found.check().isEmpty)
        #expect(try found.history(of: "anna") == project.history(of: "anna"))
      }
    }
  }

  @Test("After a crash in the middle of an edit nothing of it is there")
  func unacknowledged() throws {
    try ReferenceData.withTemporaryFolder { folder in
      try withProject { project in
        try project.addLine("anna", steps: 3)
        // More than SQLite's page cache holds, so that unfinished pages reach the log.
        let content = tensor(1, shape: [4, 1 << 20])
        let log = project.url.path + "-wal"
        let before = try Data(contentsOf: URL(fileURLWithPath: log)).count
        try project.apply(
          to: "anna", label: "big", attachments: [Digest(of: content): content]
        ) { recipe in
          recipe.base = .seed(9)
          #expect(try Data(contentsOf: URL(fileURLWithPath: log)).count > before + 1_000_000)
          let found = try crash(project, into: folder)
          #expect(try found.check().isEmpty)
          #expect(try found.seed(of: "anna") == 2)
          #expect(try found.snapshotStatistics().tensors == 0)
          try found.edit("anna", seed: 5)
          #expect(try found.check().isEmpty)
        }
        let after = try crash(project, into: folder)
        #expect(try after.seed(of: "anna") == 9 && after.contains(Digest(of: content)))
      }
    }
  }

  @Test("A log cut anywhere loses only whole edits from its end", arguments: [0.1, 0.33, 0.5, 0.9])
  func cutLog(part: Double) throws {
    try ReferenceData.withTemporaryFolder { folder in
      try withProject { project in
        try project.addLine("anna", steps: 30)
        let copy = folder.appendingPathComponent("cut.atelier")
        try FileManager.default.copyItem(at: project.url, to: copy)
        let log = try Data(contentsOf: URL(fileURLWithPath: project.url.path + "-wal"))
        try log.prefix(Int(Double(log.count) * part))
          .write(to: URL(fileURLWithPath: copy.path + "-wal"))
        let found = try Project(at: copy)
        #expect(try found.check().isEmpty)
        if try !found.artworks().isEmpty {
          #expect(try found.artwork(named: "anna").head == found.artwork(named: "anna").stepCount)
        }
      }
    }
  }

  @Test("On a full disk an edit fails as a whole, and the next small one works")
  func fullDisk() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("small.atelier")
      try Project.create(at: url).close()
      let project = try Project(at: url, largestPageCount: 100)
      try project.addLine("anna", steps: 3)
      let content = tensor(1, shape: [1 << 20])
      #expect(throws: ProjectError.diskFull(path: url.path)) {
        try project.apply(
          to: "anna", label: "big", attachments: [Digest(of: content): content]
        ) { $0.base = .seed(9) }
      }
      #expect(try project.seed(of: "anna") == 2)
      try project.edit("anna", seed: 4)
      #expect(try project.history(of: "anna").count == 4)
      #expect(try project.check().isEmpty)
    }
  }

  /// A small file system to fill, such as a tmpfs of 1 MB.
  static let smallDisk = ProcessInfo.processInfo.environment["ATELIER_SMALL_DISK"]

  @Test(
    "A disk that is really full gives the same error, and loses nothing",
    .enabled(if: smallDisk != nil, "needs a file system of 1 MB or so in ATELIER_SMALL_DISK"))
  func reallyFullDisk() throws {
    let folder = URL(fileURLWithPath: try #require(Self.smallDisk))
      .appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let project = try Project.create(at: folder.appendingPathComponent("x.atelier"))
    try project.add(recipe(), named: "anna", label: "begin")
    var kept = 0
    let error = #expect(throws: ProjectError.self) {
      while true {
        let content = tensor(kept, shape: [1 << 12])
        try project.apply(
          to: "anna", label: "\(kept)", attachments: [Digest(of: content): content]
        ) { $0.base = .seed(UInt32(kept)) }
        kept += 1
      }
    }
    #expect(error == .diskFull(path: project.url.path))
    #expect(kept > 5)
    #expect(try project.history(of: "anna").count == kept + 1)
    #expect(try project.check().isEmpty)
    let late = #expect(throws: ProjectError.self) {
      try Project.create(at: folder.appendingPathComponent("y.atelier"))
    }
    #expect(late == .diskFull(path: folder.appendingPathComponent("y.atelier").path))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .allSatisfy { $0.hasPrefix("x.") })
  }

  @Test("Where a project cannot be completed nothing is left behind")
  func interruptedCreation() throws {
    try ReferenceData.withTemporaryFolder { folder throws in
      let url = folder.appendingPathComponent("small.atelier")
      #expect(throws: ProjectError.diskFull(path: url.path)) {
        try Project.create(at: url, largestPageCount: 5)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test("Edits of one artwork from several connections at once are all kept")
  func concurrentEdits() throws {
    try withProject { project in
      try project.add(recipe(), named: "anna", label: "begin")
      let (writers, edits) = (4, 25)
      let url = project.url
      let failures = Failures()
      DispatchQueue.concurrentPerform(iterations: writers) { writer in
        failures.collect {
          let own = try Project(at: url)
          for edit in 0..<edits {
            let seed = UInt32(writer * edits + edit + 1)
            try own.apply(to: "anna", label: "\(seed)") { $0.base = .seed(seed) }
          }
        }
      }
      #expect(failures.all.isEmpty)
      let steps = try project.history(of: "anna")
      #expect(steps.map(\.id) == Array(1...Int64(writers * edits + 1)))
      #expect(Set(steps.map(\.label)).count == writers * edits + 1)
      #expect(steps.allSatisfy { $0.parent == ($0.id == 1 ? nil : $0.id - 1) })
      #expect(try project.check().isEmpty)
    }
  }

  @Test("One name for several creators at once goes to exactly one")
  func concurrentCreation() throws {
    try ReferenceData.withTemporaryFolder { folder throws in
      let url = folder.appendingPathComponent("x.atelier")
      let failures = Failures()
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        failures.collect { _ = try Project.create(at: url) }
      }
      #expect(
        failures.all == Array(repeating: "\(ProjectError.alreadyExists(path: url.path))", count: 3))
      #expect(try Project(at: url).check().isEmpty)
    }
  }
}

/// The errors of several threads.
final class Failures: @unchecked Sendable {
  private let lock = NSLock()
  private var errors: [String] = []

  var all: [String] { lock.withLock { errors } }

  func collect(_ body: () throws -> Void) {
    do { try body() } catch { lock.withLock { errors.append("\(error)") } }
  }
}
