import Checkpoints
import Foundation
import Imaging
import Testing

@Suite("Work that is cut short", .serialized)
struct InterruptionTests {
  @Test("Edits that were acknowledged survive a process that is killed at any moment")
  func killedEdits() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 42 --name anna")
      let whole = try duration { try place.succeed("edit p.atelier anna base --with 1") }
      var acknowledged: [String] = ["anna step 2: start from 1"]
      for seed in 0..<25 {
        let running = try place.start([
          "edit", "p.atelier", "anna", "mix", "--with", "\(seed)", "--weight", "0.1",
        ])
        let outcome = try kill(running, within: whole * 1.5)
        if outcome.output.hasSuffix("\n") {
          acknowledged.append(String(outcome.output.dropLast()))
        } else {
          #expect(outcome.code == -SIGKILL, "\(outcome.errors)")
        }
      }
      let last = try place.succeed("edit p.atelier anna base --with 3").output
      acknowledged.append(String(last.dropLast()))
      let steps = try Self.steps(place.succeed("history p.atelier anna --json").output)
      #expect(steps.map(\.number) == Array(1...steps.count))
      #expect(Set(steps.map { "anna step \($0.number): \($0.label)" }).isSuperset(of: acknowledged))
      // The last step is where the artwork stands: every acknowledged edit led there.
      #expect(acknowledged.last == "anna step \(steps.count): start from 3")
      // A replay begins with a check of the whole file.
      try place.succeed("replay --verify p.atelier")
    }
  }

  @Test(
    "A killed command leaves no file under its name but a whole one",
    arguments: [
      "generate --network small --seeds 1-30 --outdir out",
      "convert small --output out/c.safetensors --force",
      "render p.atelier anna --output out/a.png",
      "sweep --network small --trunc 0:1:0.1 --outdir out --cell 64",
    ])
  func killedWriters(line: String) throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 42 --name anna")
      let words = line.split(separator: " ").map(String.init)
      try FileManager.default.createDirectory(
        at: place.file("out"), withIntermediateDirectories: false)
      let whole = try duration { try place.succeed(line) }
      let complete = try files(place)
      #expect(!complete.isEmpty)
      for _ in 0..<8 {
        try FileManager.default.removeItem(at: place.file("out"))
        try FileManager.default.createDirectory(
          at: place.file("out"), withIntermediateDirectories: false)
        _ = try kill(place.start(words), within: whole)
        for (name, data) in try files(place) { #expect(complete[name] == data, "\(name)") }
      }
    }
  }

  @Test("Ctrl-C ends long work between two pictures and keeps the finished ones")
  func interrupted() throws {
    try Workplace.with { place in
      let running = try place.start(
        "generate --network small --seeds 0-3000 --outdir out".split(separator: " ")
          .map(String.init))
      let first = place.file("out/seed0000.png").path
      while running.process.isRunning, !FileManager.default.fileExists(atPath: first) {
        sched_yield()
      }
      running.process.interrupt()
      running.process.waitUntilExit()
      let outcome = try running.outcome()
      #expect(outcome.code == 1)
      #expect(outcome.errors == "Error: interrupted; what was finished is kept.\n")
      let names = try FileManager.default.contentsOfDirectory(atPath: place.file("out").path)
      #expect((1...3000).contains(names.count))
      for name in names {
        #expect(name.hasPrefix("seed"))
        #expect(try place.image("out/\(name)").width == 64)
      }
    }
  }

  /// What was written under the names that were asked for; hidden files are work in progress.
  private func files(_ place: Workplace) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: place.file("out").path)
    return try Dictionary(
      uniqueKeysWithValues: names.filter { !$0.hasPrefix(".") }.map {
        ($0, try place.data("out/\($0)"))
      })
  }

  /// Ends a process at a random moment of its work.
  private func kill(
    _ running: Workplace.Running, within longest: Duration
  ) throws -> Workplace.Outcome {
    let moment = ContinuousClock.now + longest * Double.random(in: 0...1)
    while running.process.isRunning, ContinuousClock.now < moment { sched_yield() }
    if running.process.isRunning { Foundation.kill(running.process.processIdentifier, SIGKILL) }
    running.process.waitUntilExit()
    return try running.outcome()
  }

  private func duration(_ body: () throws -> Void) rethrows -> Duration {
    try ContinuousClock().measure(body)
  }

  private static func steps(_ json: String) throws -> [(number: Int, label: String)] {
    let list = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
    return try #require(list).map {
      (try #require($0["step"] as? Int), try #require($0["label"] as? String))
    }
  }
}
