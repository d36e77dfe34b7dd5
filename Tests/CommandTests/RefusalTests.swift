import Foundation
import TestSupport
import Testing

@Suite("What cannot be done ends with exit code 1 and leaves nothing behind")
struct RefusalTests {
  @Test(
    "Files that are no networks",
    arguments: [
      ("missing.pkl", ["'missing.pkl' is neither a file nor the name"]),
      ("short.pkl", ["short.pkl, byte ", "cut short or damaged: fetch it again"]),
      ("empty.pkl", ["empty.pkl: not a checkpoint", "fetch it again"]),
      ("photo.pkl", ["photo.pkl: not a checkpoint", "a JPEG image"]),
      ("d32.npy", ["d32.npy: no network family that Atelier knows", "StyleGAN2"]),
      (".", ["the folder '.' holds no latest_net_G.pth"]),
      ("nobody", ["'nobody' is neither a file nor the name of weights"]),
      ("", ["the network has no name"]),
    ])
  func networks(file: String, says: [String]) throws {
    try Workplace.with { place in
      try place.addBrokenFiles()
      for line in [
        ["generate", "--seeds", "85", "--network"],
        ["new", "p.atelier", "--seed", "1", "--network"],
        ["sweep", "--trunc", "0.5", "--network"], ["convert", "--output", "c.safetensors"],
      ] {
        try place.expectRefusal(line + [file], code: 1, says: says)
      }
    }
  }

  @Test(
    "Hostile pickles",
    arguments: [
      ("os_system_reduce_p0", "refused the function or class 'os.system'"),
      ("checkpoint_shaped_os_system", "refused the function or class 'os.system'"),
      ("builtins_eval_p3", "refused the function or class 'builtins.eval'"),
      ("nested_stack_global_p4", "refused the function or class 'builtins.getattr'"),
      ("huge_binbytes8_length", "1152921504606846976 bytes announced"),
      ("cyclic_reduce_args", "damaged or hostile"), ("truncated_mid_p4", "cut short"),
      ("memo_bomb_p2", "no network family"), ("memo_put_huge_index", "no network family"),
    ])
  func hostilePickles(name: String, says: String) throws {
    try Workplace.with { place in
      let file = ReferenceData.fixture("checkpoints/pickle_malicious/\(name).pkl").path
      for line in [
        ["generate", "--seeds", "85", "--network", file], ["convert", file, "--output", "c"],
        ["generate", "--network", "small", "--projected-w", file],
      ] where !(says == "no network family" && line.contains("--projected-w")) {
        try place.expectRefusal(line, code: 1, says: [says])
      }
    }
  }

  @Test("Names that nothing has")
  func unknownNames() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 42 --name anna")
      for (line, says) in [
        ("edit p.atelier ana base --with 1", "there is no artwork 'ana'; did you mean 'anna'?"),
        ("edit p.atelier anna move --direction smile --by 1", "there is no direction 'smile'"),
        ("edit p.atelier anna mix --with bob", "'bob' is no seed, no name of a latent and no file"),
        ("edit p.atelier anna mix --part bob=1", "'bob' is no seed"),
        ("edit p.atelier anna disable --edit 1", "has no edit 1: it has 0"),
        ("edit p.atelier anna truncate --trunc-profile calm", "no truncation profile 'calm'"),
        ("history p.atelier bob", "there is no artwork 'bob'"),
        ("render p.atelier bob", "there is no artwork 'bob'"),
        ("render p.atelier anna --step 9", "'anna' has no step 9: its steps are 1 to 1"),
        ("branch p.atelier anna other --switch", "there is no branch 'other'"),
        ("branch p.atelier anna other --at 9", "has no step 9"),
        ("undo p.atelier anna", "there is nothing to undo in 'anna'"),
        ("redo p.atelier anna", "there is nothing to redo in 'anna'"),
        ("latents export p.atelier bob --output b.npz", "there is no latent 'bob'"),
        ("directions export p.atelier bob --output b.npy", "there is no direction 'bob'"),
        ("note p.atelier bob", "there is no artwork 'bob'"),
        ("generate --network small --projected-w bob", "give --project to use names"),
        ("generate --network small --seeds 1 --trunc-profile calm", "Known: calm-geometry"),
        ("generate --network small --seeds 1 --trunc-center bob", "'bob' is no seed"),
        ("style-mixing --network small --rows bob --cols 1", "'bob' is no seed"),
        ("sweep --network small --direction bob", "'bob' is no direction and no file"),
      ] {
        try place.expectRefusal(line.split(separator: " ").map(String.init), code: 1, says: [says])
      }
    }
  }

  @Test("What does not fit the network")
  func misfits() throws {
    try Workplace.with { place in
      try place.addBrokenFiles()
      try place.succeed("new p.atelier --network small --seed 42 --name anna")
      let layers = "layer 99 is out of range: this network has 10 layers, 0 to 9"
      let width = "has shape [16], but this network takes [32] or [10, 32]"
      let other = "the recipe was made with network 'small' (sha256:"
      let edit = "edit p.atelier anna"
      for (line, says) in [
        ("generate --network small --seeds 1 --trunc 0-99:0.5", layers),
        ("generate --network small --seeds 1 --noise-strength 99:0", layers),
        ("generate --network small --seeds 1 --class 0", "this network is not conditional"),
        ("generate --network conditional --seeds 1", "give a class from 0 to 2 with --class"),
        ("generate --network conditional --seeds 1 --class 3", "classes 0 to 2"),
        ("generate --network conditional --seeds 1 --project q.atelier", "give a class"),
        ("generate --network small --projected-w w9.npy", "has shape [9, 32]"),
        ("generate --network small --projected-w nan.npy", "numbers that are not finite"),
        ("generate --network small --seeds 1-5 --grid 2x2", "5 pictures do not fit"),
        ("generate --network small --seeds 1 --trunc 3e38", "too large for numbers"),
        ("style-mixing --network small --rows 1 --cols 2 --styles 0-99", layers),
        ("style-mixing --network conditional --rows 1 --cols 2 --project q.atelier", "give a"),
        ("sweep --network small --trunc 0.5 --class 1 --project q.atelier", "not conditional"),
        ("sweep --network small --trunc 3e38,1", "too large for numbers"),
        ("sweep --network small --trunc 0:1:0.01 --cell 4096", "Make --cell smaller"),
        ("sweep --network small --direction d16.npy", width),
        ("sweep --network small --direction d32.npy --layers 0-99", layers),
        ("\(edit) move --direction d32.npy --by 1 --layers 0-99", layers),
        ("\(edit) move --direction d16.npy --by 1", width),
        ("\(edit) move --direction nan.npy --by 1", "numbers that are not finite"),
        ("\(edit) move --direction huge.npy --by 1e38", "too large for numbers"),
        ("\(edit) mix --with w9.npy", "has shape [9, 32]"),
        ("\(edit) base --with 1 --class 1", "this network is not conditional"),
        ("\(edit) base --with 1 --network conditional", other),
        ("render p.atelier anna --network conditional", other),
        ("new q.atelier --network conditional --seed 1", "give a class from 0 to 2"),
        ("directions discover p.atelier --network small --layers 0-99", layers),
        ("directions discover p.atelier --network small --count 33", "1 to 32"),
        ("directions import p.atelier d16.npy --network small", width),
      ] {
        try place.expectRefusal(line.split(separator: " ").map(String.init), code: 1, says: [says])
      }
      #expect(try place.run(words: "history p.atelier anna").output == "→ 1   seed 42  (main)\n")
    }
  }

  @Test(
    "Files that are no projects",
    arguments: ["history F", "edit F a base --with 1", "undo F a", "replay F", "render F a"])
  func noProject(line: String) throws {
    try Workplace.with { place in
      try place.addBrokenFiles()
      func words(_ file: String) -> [String] {
        line.split(separator: " ").map { $0 == "F" ? file : String($0) }
      }
      try place.expectRefusal(
        words("text.atelier"), code: 1, says: ["text.atelier' is not an Atelier project"])
      try place.expectRefusal(words("."), code: 1, says: ["it is a folder"])
      try place.expectRefusal(
        words("none.atelier"), code: 1, says: ["there is no project at", "atelier new"])
      // The schema's number lies at byte 60, big-endian.
      try place.succeed("new p.atelier --network small --seed 42 --name a")
      var data = try place.data("p.atelier")
      data.replaceSubrange(60..<64, with: [0, 0, 0, 99])
      try data.write(to: place.file("p.atelier"))
      try place.expectRefusal(
        words("p.atelier"), code: 1, says: ["written by a newer Atelier (schema 99", "Update"])
    }
  }

  @Test(
    "Names that are none", arguments: ["", "  ", "a/b", "a\nb", "a\u{1B}[31m", "\u{2028}"])
  func badNames(name: String) throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 42 --name anna")
      for line in [
        ["new", "q.atelier", "--network", "small", "--seed", "1", "--name", name],
        ["new", "p.atelier", "--network", "small", "--seed", "1", "--name", name],
      ] {
        try place.expectRefusal(line, code: 1, says: ["cannot name an artwork", "without '/'"])
      }
      try place.expectRefusal(
        ["branch", "p.atelier", "anna", name], code: 1, says: ["cannot name a branch"])
      try place.expectRefusal(
        ["tag", "p.atelier", "anna", name], code: 1, says: ["cannot name a tag"])
    }
  }

  @Test("Names of any script are kept", arguments: ["😀", "Zoë", "安娜", " a b ", "."])
  func unusualNames(name: String) throws {
    try Workplace.with { place in
      let made = try place.run(
        "new", "p.atelier", "--network", "small", "--seed", "1", "--name", name)
      #expect(made.code == 0, "\(made.errors)")
      #expect(try place.run("edit", "p.atelier", name, "base", "--with", "2").code == 0)
      #expect(try place.run("history", "p.atelier", name).output.contains("start from 2"))
      let taken = try place.run(
        "new", "p.atelier", "--network", "small", "--seed", "1", "--name", name)
      #expect(taken.code == 1 && taken.errors.contains("belongs to another artwork already"))
    }
  }
}
