import Foundation
import Projects
import Tensors
import TestSupport
import Testing

@Suite("Inversions in projects")
struct InversionTests {
  private func begin(_ project: Project, _ name: String = "me") throws -> InversionRecord {
    try project.beginInversion(
      named: name, network: networkDigest, target: Digest(of: Data("a photograph".utf8)),
      settings: #"{"steps":9}"#)
  }

  @Test("Every store replaces the state before, and the last one is what comes back")
  func stores() throws {
    try withProject { project in
      #expect(try !begin(project).isFinished)
      #expect(try project.inversionState(of: "me") == nil)
      for step in 1...3 {
        let parts = (0..<step).map { (name: "part.\($0)", tensor: tensor(step + $0)) }
        try project.storeInversion(
          "me", step: step, counters: #"{"step":\#(step)}"#, tensors: parts,
          seconds: Double(step), isFinished: step == 3)
      }
      let record = try #require(try project.inversion(named: "me"))
      #expect(record.step == 3 && record.seconds == 3 && record.isFinished)
      let (counters, tensors) = try #require(try project.inversionState(of: "me"))
      #expect(counters == #"{"step":3}"# && tensors.count == 3)
      for part in 0..<3 { #expect(tensors["part.\(part)"]?.bits == tensor(3 + part).bits) }
      #expect(try project.inversions().map(\.name) == ["me"])
      try project.removeInversion("me")
      #expect(try project.inversion(named: "me") == nil)
      #expect(try begin(project).step == 0)
      #expect(try project.inversionState(of: "me") == nil)
    }
  }

  @Test("Names are taken once, unknown ones are said to be so")
  func names() throws {
    try withProject { project in
      _ = try begin(project)
      #expect(throws: ProjectError.nameTaken(kind: .inversion, name: "me")) {
        try begin(project)
      }
      #expect(throws: ProjectError.unknownName(kind: .inversion, name: "mee", near: ["me"])) {
        try project.removeInversion("mee")
      }
      #expect(throws: ProjectError.self) { try begin(project, "a/b") }
    }
  }

  @Test("Changed content is noticed")
  func damage() throws {
    try withProject { project in
      _ = try begin(project)
      try project.storeInversion(
        "me", step: 1, counters: "{}", tensors: [("latent", tensor())], seconds: 1,
        isFinished: false)
      try runSQL("UPDATE inversionPart SET bytes = zeroblob(64)", on: project.url)
      #expect(throws: ProjectError.self) { try project.inversionState(of: "me") }
    }
  }
}
