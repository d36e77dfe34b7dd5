import Foundation
import Testing

@Suite("Help, version and JSON")
struct HelpTests {
  @Test("Every command and subcommand tells what it does, with an example")
  func help() throws {
    try Workplace.with { place in
      let dump = try place.succeed("--experimental-dump-help").output
      let tool = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8))
      let commands = tool.command.paths([])
      #expect(commands.count >= 30)
      for path in commands {
        let help = try place.run(path + ["--help"])
        #expect(help.code == 0)
        #expect(help.output.hasPrefix("OVERVIEW: "), "\(path)")
        #expect(help.output.contains("Example"), "\(path.joined(separator: " ")) has no example")
        #expect(help.errors.isEmpty)
      }
    }
  }

  private struct Dump: Decodable { let command: Command }

  private struct Command: Decodable {
    let commandName: String
    let subcommands: [Command]?

    /// The words of every command below, but for the one that shows help.
    func paths(_ words: [String]) -> [[String]] {
      [words]
        + (subcommands ?? []).filter { $0.commandName != "help" }
        .flatMap { $0.paths(words + [$0.commandName]) }
    }
  }

  @Test("The version is one line")
  func version() throws {
    try Workplace.with { place in
      let output = try place.succeed("--version").output
      #expect(output.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
    }
  }

  @Test("Every --json is JSON, and nothing else is on standard output")
  func json() throws {
    try Workplace.with { place in
      try place.addBrokenFiles()
      let lines = [
        "inspect small --json --tensors", "weights list --json",
        "convert small --output c.safetensors --json",
        "new p.atelier --network small --seed 42 --name anna --json",
        "generate --network small --seeds 85 --json --project p.atelier --grid 1x1",
        "style-mixing --network small --rows 85 --cols 55 --sheet s.png --json --project p.atelier",
        "sweep --network small --trunc 0:1:0.5 --json",
        "directions discover p.atelier --network small --count 2 --prefix found --layers 0-3",
        "edit p.atelier anna move --direction found-0 --by 1 --json",
        "undo p.atelier anna --json", "redo p.atelier anna --json",
        "render p.atelier anna --output anna.png --json", "replay p.atelier --verify --json",
        "history p.atelier --json", "history p.atelier anna --json",
        "latents keep p.atelier anna --name me", "latents list p.atelier --json",
        "directions list p.atelier --json", "open anna.png --info --json",
        "open anna.png --output again.png --json", "bench synthesis --network small --runs 1",
      ]
      for line in lines {
        let output = try place.succeed(line).output
        guard line.contains("--json") || line.hasPrefix("bench") else { continue }
        #expect(throws: Never.self, "\(line)") {
          try JSONSerialization.jsonObject(with: Data(output.utf8))
        }
      }
    }
  }
}
