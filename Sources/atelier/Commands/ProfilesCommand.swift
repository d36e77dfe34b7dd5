import ArgumentParser
import Editing
import Foundation
import Projects

/// `atelier profiles`: named truncation profiles.
struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles", abstract: "List, keep and remove named truncation profiles.",
    discussion: """
      A profile is ψ by layer under a name, for --trunc-profile. Some are built in; a project keeps \
      its own.

      Examples:
        atelier profiles list
        atelier profiles keep Projects/portraits.atelier soft 0-3:0.5,4-17:0.9
        atelier generate --network faces-1024 --seeds 85 --trunc-profile calm-geometry
      """,
    subcommands: [List.self, Keep.self, Remove.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the profiles that are built in, and those of a project.",
      discussion: """
        Example:
          atelier profiles list Projects/portraits.atelier
        """)
    @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String?

    func run() throws {
      for profile in Truncation.profiles {
        print(
          "\(profile.name.padded(to: 20)) \(profile.psi.padded(to: 32)) \(profile.meaning)")
      }
      guard let path else { return }
      for (name, psi) in try Project(at: URL(fileURLWithPath: path)).profiles() {
        print("\(name.padded(to: 20)) \(psi)")
      }
    }
  }

  struct Keep: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep a profile under a name.",
      discussion: """
        Example:
          atelier profiles keep Projects/portraits.atelier soft 0-3:0.5,4-17:0.9
        """)
    @OptionGroup var target: LatentsCommand.Target
    @Argument(help: "The name.") var name: String
    @Argument(help: ArgumentHelp("ψ by layer.", valueName: "psi")) var psi: String
    @Flag(help: "Replace a profile of the same name.") var replace = false

    func validate() throws {
      try Usage.check { _ = try LayerProfile(parsing: psi) }
    }

    func run() throws {
      let profile = try LayerProfile(parsing: psi)
      try target.open().keepProfile(profile, named: name, replace: replace)
      print("\(name): \(profile)")
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a profile; recipes carry their own values.",
      discussion: """
        Example:
          atelier profiles remove Projects/portraits.atelier soft
        """)
    @OptionGroup var target: LatentsCommand.Target
    @Argument(help: "The name.") var name: String

    func run() throws { try target.open().removeProfile(name) }
  }
}
