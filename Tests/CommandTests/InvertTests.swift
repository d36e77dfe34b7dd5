import Checkpoints
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Inversion on the command line", .serialized)
struct InvertTests {
  private static let metric = ReferenceData.fixture("networks/lpips_narrow/lpips.pth").path

  private static func line(_ project: String, _ more: [String] = []) -> [String] {
    [
      "invert", "out/seed0007.png", "--network", "small", "--project", project, "--name", "me",
      "--metric", metric, "--steps", "24", "--start", "mean", "--keep-every", "2",
    ] + more
  }

  /// The latent of a project, as a file's bytes.
  private static func latent(_ project: String, in place: Workplace) throws -> Data {
    try place.succeed("latents export \(project) me --output \(project).npy")
    return try place.data("\(project).npy")
  }

  @Test("Killed at any moment and taken up again, it ends with the bytes of an undisturbed run")
  func killed() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 7 --outdir out --trunc 0.7")
      let start = ContinuousClock.now
      let whole = try place.run(Self.line("whole.atelier"))
      let duration = ContinuousClock.now - start
      #expect(whole.code == 0, "\(whole.errors)")
      let expected = try Self.latent("whole.atelier", in: place)
      var last = Workplace.Outcome(code: -1, output: "", errors: "")
      for _ in 0..<40 where last.code != 0 {
        let running = try place.start(Self.line("cut.atelier"))
        let moment = ContinuousClock.now + duration * Double.random(in: 0.1...1.2)
        while running.process.isRunning, ContinuousClock.now < moment { sched_yield() }
        if running.process.isRunning {
          Foundation.kill(running.process.processIdentifier, SIGKILL)
        }
        running.process.waitUntilExit()
        last = try running.outcome()
      }
      #expect(last.code == 0, "\(last.errors)")
      #expect(try Self.latent("cut.atelier", in: place) == expected)
    }
  }

  @Test("It gets nearer, keeps the latent, and tells how near; the picture reopens from it")
  func result() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 7 --outdir out --trunc 0.7")
      let few = try place.run(Self.line("p.atelier", ["--json", "--steps", "1"]))
      let first = try JSONDecoder().decode(Report.self, from: Data(few.output.utf8))
      let run = try place.run(
        Self.line(
          "p.atelier", ["--json", "--restart", "--output", "s.png", "--preview", "v.png"]))
      #expect(run.code == 0, "\(run.errors)")
      let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
      #expect(report.steps == 24 && report.lpips < first.lpips && report.peakMemory > 0)
      #expect(try place.image("s.png").width == 3 * 64)
      #expect(try place.image("v.png").width == 64)
      try place.succeed("new p.atelier --network small --latent me --name me")
      try place.succeed("render p.atelier me --output me.png")
      let compared = try place.run(
        "compare", "out/seed0007.png", "me.png", "--metric", Self.metric, "--json")
      let value = try JSONDecoder().decode(Values.self, from: Data(compared.output.utf8))
      #expect(abs((value.values["lpips-vgg"] ?? 0) - report.lpips) < 1e-3)
      // All is done: the same command tells the same again.
      let again = try place.run(Self.line("p.atelier", ["--json"]))
      #expect(
        try JSONDecoder().decode(Report.self, from: Data(again.output.utf8)).lpips == report.lpips)
    }
  }

  private struct Report: Decodable {
    let steps: Int
    let lpips: Float
    let peakMemory: Int
  }

  private struct Values: Decodable { let values: [String: Float] }

  @Test("Another photograph or plan under the same name is refused")
  func refusals() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 7,8 --outdir out")
      let run = try place.run(Self.line("p.atelier", ["--steps", "2"]))
      #expect(run.code == 0, "\(run.errors)")
      try place.expectRefusal(
        Self.line("p.atelier", ["--steps", "3"]), code: 1, says: ["--restart"])
      try place.expectRefusal(
        ["invert", "out/seed0008.png"] + Self.line("p.atelier", ["--steps", "2"]).dropFirst(2),
        code: 1, says: ["another inversion 'me'"])
      try place.expectRefusal(
        Self.line("p.atelier", ["--start", "encoder", "--restart"]), code: 1,
        says: ["atelier encoder fit"])
      try place.expectRefusal(
        Self.line("p.atelier", ["--metric", "blur"]), code: 1, says: ["no metric 'blur'"])
      try place.expectRefusal(
        Self.line("p.atelier", ["--distance", "l2:-1"]), code: 64, says: ["lpips-alex,l2:0.5"])
      try place.expectRefusal(
        ["invert"] + Self.line("p.atelier").dropFirst(2), code: 64, says: ["Give one photograph"])
    }
  }

  @Test("Noise maps and tuned weights are drawn with wherever the latent is the base")
  func companions() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 7 --outdir out --trunc 0.7")
      let line = Self.line("p.atelier", ["--steps", "6", "--noise", "--output", "s.png"])
      #expect(try place.run(line).code == 0)
      let plain = try place.image("s.png")
      // A tuning goes on from what is there.
      let tuned = try place.run(line + ["--pti", "4", "--pti-rate", "0.002", "--json"])
      #expect(tuned.code == 0, "\(tuned.errors)")
      #expect(try JSONDecoder().decode(Report.self, from: Data(tuned.output.utf8)).steps == 10)
      let strip = try place.image("s.png")
      #expect(strip.pixels != plain.pixels)
      try place.succeed("new p.atelier --network small --latent me --name me")
      try place.succeed("render p.atelier me --output me.png")
      #expect(try place.image("me.png").pixels == strip.cropped(64..<128))
      try place.succeed("replay --verify p.atelier")
      // The picture alone brings them along.
      try place.succeed("open me.png --output again.png --project again.atelier --name again")
      #expect(try place.data("again.png").count > 0)
      #expect(try place.image("again.png").pixels == place.image("me.png").pixels)
      try place.succeed("edit p.atelier me mix --with 5 --layers fine --weight 0.5")
      try place.succeed("render p.atelier me --output mixed.png")
      try place.succeed("edit p.atelier me base --with 7")
      try place.succeed("render p.atelier me --output other.png")
      try place.succeed("replay --verify p.atelier")
      // Done: the same command measures again, another rate is another inversion.
      #expect(try place.run(line + ["--pti", "4", "--pti-rate", "0.002"]).code == 0)
      try place.expectRefusal(line + ["--pti", "4"], code: 1, says: ["--restart"])
    }
  }

  @Test("Stopped in the middle of a tuning, it ends with the bytes of an undisturbed run")
  func stoppedTuning() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 7 --outdir out --trunc 0.7")
      let more = ["--steps", "2", "--pti", "60", "--output"]
      let start = ContinuousClock.now
      #expect(try place.run(Self.line("whole.atelier", more + ["whole.png"])).code == 0)
      let duration = ContinuousClock.now - start
      var last = Workplace.Outcome(code: -1, output: "", errors: "")
      for trial in 0..<40 where last.code != 0 {
        let running = try place.start(Self.line("cut.atelier", more + ["cut.png"]))
        let moment = ContinuousClock.now + duration * (trial < 12 ? 0.6 : 1.5)
        while running.process.isRunning, ContinuousClock.now < moment { sched_yield() }
        if running.process.isRunning {
          Foundation.kill(running.process.processIdentifier, SIGINT)
        }
        running.process.waitUntilExit()
        last = try running.outcome()
      }
      #expect(last.code == 0, "\(last.errors)")
      #expect(try place.image("cut.png").pixels == place.image("whole.png").pixels)
    }
  }

  @Test(
    "Any distance by name is made smaller",
    arguments: ["l1", "l2", "gradients", "l1,ms-ssim:0.1"])
  func distances(distance: String) throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 7 --outdir out --trunc 0.7")
      func value(_ steps: String) throws -> Float {
        let run = try place.run(
          "invert", "out/seed0007.png", "--network", "small", "--project", "\(steps).atelier",
          "--name", "me", "--steps", steps, "--start", "mean", "--distance", distance, "--json")
        #expect(run.code == 0, "\(run.errors)")
        let found = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8)).lpips
        return distance.hasPrefix("ms-ssim") ? 1 - found : found
      }
      #expect(try value("60") < value("1"))
    }
  }
}

extension Image {
  /// The pixels of columns of a colour picture.
  fileprivate func cropped(_ columns: Range<Int>) -> [UInt8] {
    (0..<height).flatMap { y in
      pixels[(y * width + columns.lowerBound) * 3..<(y * width + columns.upperBound) * 3]
    }
  }
}
