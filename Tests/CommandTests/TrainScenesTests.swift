import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Training networks that paint label maps, on the command line", .serialized)
struct TrainScenesTests {
  private static let pix2pix =
    "train pix2pixhd --data street --size 32x16 --data-count 4 --option ngf=2 --option nef=2 "
    + "--option ndf=2 --option n_downsample_global=2 --option n_downsample_E=2 "
    + "--option n_blocks_global=1 --option n_layers_D=2 --show 2 --batch 2 --tick 4 --snap 1 --images"
  private static let spade =
    "train spade --data street --size 64x32 --data-count 4 --option ngf=1 --option ndf=2 "
    + "--option use_vae=True --option z_dim=4 --option nhidden=4 --option n_layers_D=2 --show 2 "
    + "--batch 2 --tick 4 --snap 1 --images"

  @Test("A trained network runs a session, and is measured", arguments: [pix2pix, spade])
  func session(line: String) throws {
    try Workplace.with { place in
      try place.succeed("\(line) 8 --out run")
      #expect(try place.image("run/sheets/000000008.png").width > 4 * 32)
      try place.succeed(
        "dataset render --kind street --count 2 --size 64x32 --seed 2 --outdir world")
      try place.succeed(
        "instances new s.atelier --network run/network.safetensors --name s --palette street "
          + "--label-map world/labels/00000000.png --inst-map world/instances/00000000.png")
      try place.succeed(
        "instances encode s.atelier s --photo world/images/00000000.png --name noon")
      try place.succeed("render s.atelier s --output s.png")
      #expect(try place.image("s.png").width == 64)
      let report = try place.succeed(
        "instances measure --network run/network.safetensors --data street --data-seed 2 "
          + "--data-count 3 --count 3 --size 64x32 --sheet sheet.png --json")
      let json = try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any]
      #expect(json?["scenes"] as? Int == 3 && json?["reconstruction"] is Double)
      #expect((json?["changeInside"] != nil) == (line == Self.pix2pix))
      #expect(try place.image("sheet.png").height > 3 * 16)
      // Rates that fall from the first picture on.
      try place.succeed("\(line) 2 --constant 0 --out falling")
    }
  }

  @Test(
    "Taken up again, a run ends with the bytes of an undisturbed one", arguments: [pix2pix, spade])
  func resuming(line: String) throws {
    try Workplace.with { place in
      try place.succeed("\(line) 12 --constant 4 --out whole")
      let running = try place.start(
        "\(line) 12 --constant 4 --out cut".split(separator: " ").map(String.init))
      let sheet = place.file("cut/sheets/000000004.png").path
      while running.process.isRunning, !FileManager.default.fileExists(atPath: sheet) {
        sched_yield()
      }
      running.process.interrupt()
      running.process.waitUntilExit()
      _ = try running.outcome()
      try place.succeed("\(line) 12 --constant 4 --out cut --resume")
      for name in ["state.safetensors", "network.safetensors"] {
        #expect(try place.data("cut/\(name)") == place.data("whole/\(name)"))
      }
    }
  }

  @Test(
    "What does not fit is refused in one line",
    arguments: [
      ("--size 30x16", 1, "multiples of 4"), ("--size 32", 64, "WIDTHxHEIGHT"),
      ("--lambda-feat -1", 64, "--lambda-feat"), ("--option ngf=0", 1, "ngf"),
      ("--from nobody.safetensors", 1, "nobody.safetensors"), ("--show 0", 64, "--show"),
    ])
  func refusals(option: String, code: Int32, says: String) throws {
    try Workplace.with { place in
      try place.expectRefusal(
        "\(Self.pix2pix) 4 --out run \(option)".split(separator: " ").map(String.init),
        code: code, says: [says])
    }
  }
}
