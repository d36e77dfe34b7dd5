import Foundation
import Testing

@Suite("Spellings of the official scripts")
struct SpellingTests {
  /// A line in which `OPTION` is spelt in every way, and the file that must come of it.
  struct Option: Sendable, CustomTestStringConvertible {
    let line: String
    let spellings: [String]
    let value: String
    var testDescription: String { spellings[0] }
  }

  static let options = [
    Option(
      line: "generate --seeds 85 --trunc 0.7 --outdir out OPTION",
      spellings: ["--network", "--network-pkl", "--net", "-net", "--model", "--ckpt"],
      value: "small"),
    Option(
      line: "generate --network small --seeds 85 --outdir out OPTION",
      spellings: ["--trunc", "--truncation-psi", "--psi", "-tr"], value: "0.7"),
    Option(
      line: "generate --network small --seeds 85 --trunc 0.7 OPTION",
      spellings: [
        "--outdir", "--output_dir", "-o", "--out_dir", "--result-dir", "--save_dir",
      ], value: "out"),
    Option(
      line: "generate --network small --seeds 85 --trunc 0.7 OPTION",
      spellings: ["--device", "--gpus", "--gpu_ids"], value: "-1"),
    Option(
      line: "gen-images --network small --trunc 0.7 OPTION", spellings: ["--seeds"], value: "85"),
  ]

  @Test("Every spelling of an option means the same, with a blank or with =", arguments: options)
  func spellings(option: Option) throws {
    let picture = try Workplace.expectedPicture("seeds", 0)
    try Workplace.with { place in
      let spellings = option.spellings.flatMap { name in
        [" ", "="].map { "\(name)\($0)\(option.value)" }
      }
      for spelling in spellings {
        try place.succeed(option.line.replacingOccurrences(of: "OPTION", with: spelling))
        #expect(try place.image("out/seed0085.png").isDrawn(as: picture), "\(spelling)")
        try FileManager.default.removeItem(at: place.file("out"))
      }
    }
  }

  @Test("Cutoff and class are spelt in every way")
  func cutoffAndClass() throws {
    let cutoff = try Workplace.expectedPicture("cutoff", 0)
    let other = try Workplace.expectedPicture("conditional", 1, side: 32)
    try Workplace.with { place in
      for spelling in ["--trunc-cutoff", "--truncation-cutoff", "--trunc-layers"] {
        try place.succeed(
          "generate --network small --seeds 85 --trunc 0.5 --noise-mode none \(spelling)=4 -o out")
        #expect(try place.image("out/seed0085.png").isDrawn(as: cutoff), "\(spelling)")
      }
      for spelling in ["--class", "--labels"] {
        try place.succeed(
          "generate --network conditional --seeds 100 --trunc 0.7 \(spelling) 1 -o o\(spelling)")
        #expect(try place.image("o\(spelling)/seed0100.png").isDrawn(as: other), "\(spelling)")
      }
    }
  }

  @Test("Style mixing takes the spellings of every script, and names of layers")
  func styleMixing() throws {
    try Workplace.with { place in
      try place.succeed(
        "style-mixing --network small --rows 85,100 --cols 55 --styles 0-3 --outdir a")
      try place.succeed(
        "style-mixing --network small --row-seeds=85,100 --col-seeds=55 --col-styles=coarse -o b")
      for name in try FileManager.default.contentsOfDirectory(atPath: place.file("a").path) {
        #expect(try place.image("a/\(name)") == place.image("b/\(name)"), "\(name)")
      }
      for (name, layers) in [("middle", "4-7"), ("fine", "8-9")] {
        try place.succeed("style-mixing --network small --rows 1 --cols 2 --styles \(name) -o c")
        try place.succeed("style-mixing --network small --rows 1 --cols 2 --styles \(layers) -o d")
        #expect(try place.image("c/1-2.png") == place.image("d/1-2.png"), "\(name)")
      }
    }
  }

  @Test("Stored latents are spelt in every way")
  func storedLatents() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier")
      try place.succeed("latents keep p.atelier 85 --name me --network small --trunc 0.7")
      try place.succeed("latents export p.atelier me --output me.npz")
      let picture = try Workplace.expectedPicture("seeds", 0)
      for spelling in ["--projected-w", "--projected_w", "--latent", "--ws"] {
        for option in ["\(spelling) me.npz", "\(spelling)=me.npz"] {
          try place.succeed("generate --network small \(option) -o out")
          #expect(try place.image("out/proj00.png").isDrawn(as: picture), "\(option)")
        }
      }
    }
  }

  @Test("A device is accepted with a notice")
  func device() throws {
    try Workplace.with { place in
      for option in ["--device cpu", "--gpus 0", "--gpu_ids -1"] {
        let errors = try place.succeed("generate --network small --seeds 1 \(option)").errors
        #expect(errors.contains("is ignored; work is done on the CPU."), "\(option)")
      }
      #expect(try place.succeed("generate --network small --seeds 1").errors.isEmpty)
    }
  }
}
