import Foundation
import TestSupport
import Testing

@Suite("Wrong usage ends with exit code 64 and leaves nothing behind")
struct WrongUsageTests {
  static let noSeeds = ["", ",", "85,", "a", "85-80", "85--86", "1.5", "0-9999999", "٨٥"]

  @Test("Seeds that are none", arguments: noSeeds)
  func seeds(text: String) throws {
    try Workplace.with { place in
      try place.expectRefusal(
        ["generate", "--network", "small", "--seeds", text], code: 64,
        says: ["is not a list of seeds", "Write for example 85,265,297-300"])
    }
  }

  @Test("Layers and rows that are none")
  func mixing() throws {
    try Workplace.with { place in
      let line = ["style-mixing", "--network", "small", "--cols", "55", "--rows"]
      try place.expectRefusal(line + ["85,"], code: 64, says: ["is not a list of seeds"])
      try place.expectRefusal(line + ["4294967296"], code: 64, says: ["is not a list of seeds"])
      for layers in ["", "x", "4-2", "0-6,", "coarse,large"] {
        try place.expectRefusal(
          line + ["85", "--styles", layers], code: 64,
          says: ["'\(layers)' is not a list of layers", "coarse, middle, fine, all"])
      }
      for weight in ["nan", "inf", "x", "1e39"] {
        try place.expectRefusal(line + ["85", "--weight", weight], code: 64, says: ["--weight"])
      }
    }
  }

  static let unreadable: [(String, [String], String)] = [
    ("--trunc", ["", "nan", "inf", "1e39", "x", "0.7.0", "0-3:x", "0-3"], "Write for example 0.7"),
    ("--trunc", ["4-2:0.5", "-0-3:0.5"], "is not a list of layers"),
    ("--noise-strength", ["nan", "x", "0-3:"], "Write for example 0.7"),
    ("--class", ["", "a", "1:nan", "1:x", "1:0.5,", "1:2:3"], "Write for example 1 or"),
    ("--grid", ["", "4", "4x", "0x4", "4x4x4", "1000x1"], "is not columns by rows, such as 4x4"),
    ("--threads", ["0", "1025", "a", "1.5"], "--threads"),
    ("--noise-mode", ["loud"], "'const', 'random' or 'none'"),
    ("--trunc-cutoff", ["x"], "--trunc-cutoff"),
    ("--unheard-of", ["1"], "Unknown option '--unheard-of'"),
  ]

  @Test("Values that cannot be read", arguments: unreadable)
  func values(option: String, values: [String], says: String) throws {
    try Workplace.with { place in
      for value in values {
        try place.expectRefusal(
          ["generate", "--network", "small", "--seeds", "85", option, value], code: 64,
          says: [says])
      }
    }
  }

  @Test("Ranges to sweep over", arguments: ["", "0:1", "0:1:0", "0:1:-1", "0:nan:1", "0:1:1e-9"])
  func ranges(text: String) throws {
    try Workplace.with { place in
      for option in ["--trunc", "--by"] {
        try place.expectRefusal(
          [
            "sweep", "--network", "small", "--seed", "85", "--direction", "d", "--trunc", "1",
            option, text,
          ].reduce(into: []) { line, word in
            // The option under test replaces the one that is always there.
            if word == option, let earlier = line.firstIndex(of: word) {
              line.removeSubrange(earlier...earlier + 1)
            }
            line.append(word)
          }, code: 64, says: ["is not a range or a list of numbers", "first:last:step"])
      }
    }
  }

  @Test("Edits that cannot be read leave the artwork as it is")
  func edits() throws {
    try Workplace.with { place in
      try place.addBrokenFiles()
      try place.succeed("new p.atelier --network small --seed 42 --name anna")
      let lines: [(String, String)] = [
        ("hug", "There is no edit 'hug'. Known: move, mix,"),
        ("move", "move needs --direction and --by"),
        ("move --direction d32.npy --by nan", "--by nan is not a finite number"),
        ("move --direction d32.npy --by inf", "--by inf is not a finite number"),
        ("move --direction d32.npy --by 1 --layers 4-2", "is not a list of layers"),
        ("mix", "mix needs --with or --part"),
        ("mix --with 4294967296", "it is above 4294967295"),
        ("mix --with lerp:1:2", "'lerp:1:2' is not lerp:FROM:TO:T"),
        ("mix --with slerp:1:2:x", "'slerp:1:2:x' is not slerp:FROM:TO:T"),
        ("mix --part lerp:1::0.5=1", "'lerp:1::0.5' is not lerp:FROM:TO:T"),
        ("mix --with 821 --weight nan", "--weight nan is not a finite number"),
        ("mix --part 821", "--part 821 is not latent=share"),
        ("mix --part 821=x", "'x' has no value"),
        ("truncate", "truncate needs --trunc"),
        ("truncate --trunc x", "'x' has no value"),
        ("noise --noise-strength x", "'x' has no value"),
        ("base", "base needs --with"),
        ("disable", "disable needs --edit"),
      ]
      for (line, says) in lines {
        let words = line.split(separator: " ").map(String.init)
        try place.expectRefusal(
          ["edit", "p.atelier", "anna"] + words, code: 64, says: [says, "Usage: atelier edit"])
      }
      #expect(try place.run(words: "history p.atelier anna").output == "→ 1   seed 42  (main)\n")
    }
  }

  @Test("Options that are missing or contradict each other")
  func combinations() throws {
    try Workplace.with { place in
      for (line, says) in [
        ("generate --network small", "Give either --seeds or --projected-w"),
        ("generate --network small --seeds 1 --ws w", "Give either --seeds or --projected-w"),
        ("generate --seeds 1", "Missing --network"),
        ("generate --network small --seeds 1 --trunc 1 --trunc-profile portrait", "Give either"),
        ("style-mixing --network small --rows 1", "--cols"),
        ("style-mixing --network small --rows 1 --cols 2 --cell 1", "not between 16 and 4096"),
        ("style-mixing --network small --rows 1 --cols 2 --sheet-only", "needs --sheet"),
        ("sweep --network small", "Give --trunc, --direction, or both"),
        ("sweep --network small --trunc 1 --trunc-cutoff=-1", "is below 0"),
        ("new p.atelier --seed 1", "needs a --network"),
        ("new p.atelier --network small --name anna", "needs a --seed"),
        ("new p.atelier --network small --seed 4294967296", "above 4294967295"),
        ("convert small", "--output"),
        ("undo p.atelier anna --steps 0", "below 1"),
        ("branch p.atelier anna --switch", "Name a branch"),
        ("tag p.atelier anna --stars 6", "0 to 5"),
        ("directions discover p.atelier --network small --method magic", "one of 'sefa'"),
        ("no-such-verb", "no-such-verb"),
      ] {
        try place.expectRefusal(
          line.split(separator: " ").map(String.init), code: 64, says: [says])
      }
    }
  }
}
