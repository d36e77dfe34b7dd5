import ArgumentParser
import Checkpoints
import Editing
import Foundation
import Projects
import Tensors

/// `atelier directions`: directions kept by name in a project, imported or discovered.
struct DirectionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "directions",
    abstract: "Discover, measure, import, list, export, rename and remove directions.",
    discussion: """
      Examples:
        atelier directions discover Projects/portraits.atelier --network faces-1024 \\
          --method sefa --layers 0-3 --num_semantics 5
        atelier directions import Projects/portraits.atelier smile.pt --name smile
        atelier directions list Projects/portraits.atelier
      """,
    subcommands: [
      List.self, Discover.self, Measure.self, Import.self, Export.self, Rename.self, Remove.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the directions of a project.",
      discussion: """
        Example:
          atelier directions list Projects/portraits.atelier
        """)
    @OptionGroup var target: LatentsCommand.Target
    @Flag(help: "Print JSON on standard output.") var json = false

    struct Line: Encodable { let name, method, parameters, tensor: String }

    func run() throws {
      let directions = try target.open().directions()
      if json {
        return try Output.json(
          directions.map {
            Line(
              name: $0.name, method: $0.method, parameters: $0.parameters,
              tensor: $0.tensor.description)
          })
      }
      for direction in directions {
        print(
          "\(direction.name.padded(to: 24)) \(direction.method.padded(to: 10)) "
            + direction.parameters)
      }
      if directions.isEmpty { print("The project keeps no directions.") }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep the direction of a file (npy, npz, pt, safetensors) under a name.",
      discussion: """
        Example:
          atelier directions import Projects/portraits.atelier smile.pt --name smile
        """)
    @OptionGroup var target: LatentsCommand.Target
    @Argument(help: "The file.") var file: String
    @Option(help: "The name; the file's by default.") var name: String?
    @Option(help: "The tensor in a file that holds several.") var key: String?
    @OptionGroup var network: NetworkOptions
    @Flag(help: "Replace a direction of the same name.") var replace = false

    func run() throws {
      let url = URL(fileURLWithPath: file)
      let tensor = try LatentFile.read(url, key: key)
      guard tensor.shape.rank == 1 || tensor.shape.rank == 2 else {
        throw EditingError.wrongShape(
          what: file, expected: "[width] or [rows, width]", found: "\(tensor.shape)")
      }
      // With a network the width is checked now rather than at the first edit.
      let loaded = try network.network.map { try LoadedNetwork(named: $0) }
      if let loaded {
        _ = try DirectionReader.check(tensor, loaded.generator.size, what: "direction \(file)")
      }
      let title = name ?? url.deletingPathExtension().lastPathComponent
      _ = try target.open().keepDirection(
        tensor, named: title, method: "imported", parameters: url.lastPathComponent,
        network: loaded?.digest, replace: replace)
      print("\(title): \(tensor.shape)")
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a direction as npy.",
      discussion: """
        Example:
          atelier directions export Projects/portraits.atelier smile --output smile.npy
        """)
    @OptionGroup var target: LatentsCommand.Target
    @Argument(help: "The direction.") var name: String
    @Option(name: [.long, .customShort("o")], help: "The file, .npy.") var output: String

    func run() throws {
      let project = try target.open()
      let tensor = try project.tensor(project.direction(named: name).tensor)
      let url = try OutputPlace.file(output)
      try NumPy.writeNPY(tensor, to: url)
      print("\(url.path): \(tensor.shape)")
    }
  }

  struct Rename: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a direction another name.",
      discussion: """
        Example:
          atelier directions rename Projects/portraits.atelier sefa-0-3-0 pose
        """)
    @OptionGroup var target: LatentsCommand.Target
    @Argument(help: "The direction.") var name: String
    @Argument(help: "Its new name.") var newName: String

    func run() throws { try target.open().renameDirection(name, to: newName) }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a direction's name; edits that use it keep its content.",
      discussion: """
        Example:
          atelier directions remove Projects/portraits.atelier pose
        """)
    @OptionGroup var target: LatentsCommand.Target
    @Argument(help: "The direction.") var name: String

    func run() throws { try target.open().removeDirection(name) }
  }
}
