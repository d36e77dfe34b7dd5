import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Training on the command line", .serialized)
struct TrainTests {
  private static let line =
    "train stylegan2 --data cars --resolution 16 --channels-base 64 --channels-max 8 --latent 8 "
    + "--batch 4 --tick 8 --snap 2 --seed 3 --images"

  @Test("A run keeps state, network, records, sheets and a page; its network makes pictures")
  func run() throws {
    try Workplace.with { place in
      let run = try place.succeed("\(Self.line) 32 --out run --json")
      let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
      #expect(json?["steps"] as? Int == 8 && json?["pictures"] as? Int == 32)
      #expect(try place.image("run/sheets/000000000.png").width == 128)
      #expect(try place.image("run/sheets/000000032.png").width == 128)
      let page = String(decoding: try place.data("run/index.html"), as: UTF8.self)
      #expect(page.contains("<polyline") && page.contains("world of cars, 16×16 px"))
      #expect(String(decoding: try place.data("run/curves.svg"), as: UTF8.self).hasPrefix("<svg"))
      try place.succeed("generate --network run/network.safetensors --seeds 1 --outdir out")
      #expect(try place.image("out/seed0001.png").width == 16)
      try place.expectRefusal(
        "\(Self.line) 32 --out run".split(separator: " ").map(String.init), code: 1,
        says: ["--resume"])
      try place.expectRefusal(
        "\(Self.line) 32 --out run --resume --gamma 3".split(separator: " ").map(String.init),
        code: 1, says: ["settings"])
    }
  }

  @Test(
    "StyleGAN1 and ProGAN grow, are taken up again and go on from a network",
    arguments: ["stylegan1", "progan"])
  func growing(_ family: String) throws {
    try Workplace.with { place in
      let line =
        "train \(family) --data cars --resolution 16 --channels-base 64 --channels-max 8 --latent 8 "
        + "--batch 4 --tick 8 --snap 2 --grow-from 8"
      let run = try place.succeed("\(line) --stable 8 --images 24 --out run")
      #expect(run.errors.contains("level of detail 0"))
      try place.succeed("generate --network run/network.safetensors --seeds 1 --outdir out")
      #expect(try place.image("out/seed0001.png").width == 16)
      try place.succeed(
        "train \(family) --data cars --from run/network.safetensors --batch 4 --images 8 --tick 4 "
          + "--freeze synthesis.b4 --out more")
      // Too short to grow: said, not refused.
      let short = try place.succeed("\(line) --stable 8 --fade 16 --images 8 --out short")
      #expect(short.errors.contains("16 pixels are reached after 24 pictures only"))
      for (options, part) in [
        ("--grow-from 6", "--grow-from 6"), ("--stable 0", "--stable 0"),
        ("--from run/network.safetensors --stable 8", "--from goes on"),
        ("--stable x", "--stable x"), ("--lr -1", "--lr"),
        ("--resolution 24", "--resolution 24"),
      ] {
        try place.expectRefusal(
          "train \(family) --data cars --out no \(options)".split(separator: " ").map(String.init),
          code: 64, says: [part])
      }
      try place.expectRefusal(
        "train \(family) --data cars --freeze mappin --resolution 16 --out no".split(
          separator: " "
        ).map(String.init), code: 1, says: ["--freeze mappin"])
    }
  }

  @Test("Interrupted and resumed, a run ends with the bytes of an undisturbed one")
  func resuming() throws {
    do {
      try Workplace.with { place in
        try place.succeed("\(Self.line) 96 --out whole")
        let running = try place.start(
          "\(Self.line) 96 --out cut".split(separator: " ").map(String.init))
        let sheet = place.file("cut/sheets/000000016.png").path
        while running.process.isRunning, !FileManager.default.fileExists(atPath: sheet) {
          sched_yield()
        }
        running.process.interrupt()
        running.process.waitUntilExit()
        let outcome = try running.outcome()
        #expect(outcome.code == 1 && outcome.errors.contains("interrupted"))
        try place.succeed("\(Self.line) 96 --out cut --resume")
        for name in ["state.safetensors", "network.safetensors"] {
          #expect(try place.data("cut/\(name)") == place.data("whole/\(name)"))
        }
      }
    }
  }

  @Test(
    "Options that cannot be",
    arguments: [
      "--resolution 48", "--batch 0", "--images 0", "--images x", "--augment sepia",
      "--freeze-d -1", "--mixing 2", "--tick 0",
    ])
  func usage(words: String) throws {
    try Workplace.with { place in
      try place.expectRefusal(
        ("train stylegan2 --data cars --out run " + words).split(separator: " ").map(String.init),
        code: 64, says: ["--"])
    }
  }

  @Test("Own pictures, fine-tuning and freezing; places without pictures are refused")
  func ownPictures() throws {
    try Workplace.with { place in
      try place.succeed("dataset render --kind cars --count 6 --size 32 --outdir data")
      try place.succeed("\(Self.line) 8 --out first")
      try place.succeed(
        "train stylegan2 --data data/images --mirror --from first/network.safetensors --batch 4 "
          + "--images 8 --freeze-d 2 --freeze mapping --augment ada --augment-p 0.5 --out second")
      #expect(try place.image("second/sheets/000000008.png").width == 128)
      try place.expectRefusal(
        "train stylegan2 --data nothing --out third".split(separator: " ").map(String.init),
        code: 1,
        says: ["there is no such folder or zip"])
      try place.expectRefusal(
        "\(Self.line) 8 --freeze nothing --out third".split(separator: " ").map(String.init),
        code: 1, says: ["--freeze nothing"])
    }
  }

  @Test("A network in halves without its discriminator is smaller and draws nearly the same")
  func halves() throws {
    try Workplace.with { place in
      try place.succeed("\(Self.line) 8 --out run")
      try place.succeed(
        "convert run/network.safetensors --half --without-discriminator --output small.safetensors")
      let whole = try place.data("run/network.safetensors").count
      let small = try place.data("small.safetensors")
      #expect(small.count < whole)
      let header = String(decoding: small.prefix(8 + small.count / 2), as: UTF8.self)
      #expect(header.contains("\"F16\"") && !header.contains("discriminator."))
      try place.succeed("generate --network run/network.safetensors --seeds 3 --outdir a")
      try place.succeed("generate --network small.safetensors --seeds 3 --outdir b")
      let (a, b) = (try place.image("a/seed0003.png"), try place.image("b/seed0003.png"))
      let furthest = zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(furthest <= 3)
    }
  }
}
