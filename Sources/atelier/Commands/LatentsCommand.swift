import ArgumentParser
import Checkpoints
import Editing
import Foundation
import Projects
import Tensors

/// `atelier latents`: latents kept by name in a project.
struct LatentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latents", abstract: "Keep, list, import, export, rename and remove latents.",
    discussion: """
      Examples:
        atelier latents list Projects/portraits.atelier
        atelier latents import Projects/portraits.atelier projected_w.npz --name me
        atelier latents keep Projects/portraits.atelier anna --name anna-smiling
        atelier latents export Projects/portraits.atelier me --output me.npz
      """,
    subcommands: [List.self, Import.self, Keep.self, Export.self, Rename.self, Remove.self])

  /// The project that a subcommand works on.
  struct Target: ParsableArguments {
    @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String

    func open() throws -> Project { try Project(at: URL(fileURLWithPath: path)) }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the latents of a project.",
      discussion: """
        Example:
          atelier latents list Projects/portraits.atelier
        """)
    @OptionGroup var target: Target
    @Flag(help: "Print JSON on standard output.") var json = false

    struct Line: Encodable { let name, space, tensor, note: String }

    func run() throws {
      let latents = try target.open().latents()
      if json {
        return try Output.json(
          latents.map {
            Line(
              name: $0.name, space: $0.space.rawValue, tensor: $0.tensor.description, note: $0.note)
          })
      }
      for latent in latents {
        print(
          "\(latent.name.padded(to: 24)) \(latent.space.rawValue.padded(to: 3)) "
            + "\(latent.tensor.short)  \(latent.note)")
      }
      if latents.isEmpty { print("The project keeps no latents.") }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep the latent of a file (npz, npy, pt, safetensors) under a name.",
      discussion: """
        Example:
          atelier latents import Projects/portraits.atelier projected_w.npz --name me
        """)
    @OptionGroup var target: Target
    @Argument(help: "The file.") var file: String
    @Option(help: ArgumentHelp("The name; the file's by default.")) var name: String?
    @Option(help: ArgumentHelp("The tensor in a file that holds several.")) var key: String?
    @Option(help: "The space: Z, W or W+; told from the shape by default.") var space: LatentSpace?
    @Option(help: "A remark.") var note = ""
    @Flag(help: "Replace a latent of the same name.") var replace = false

    func run() throws {
      let url = URL(fileURLWithPath: file)
      let tensor = try LatentFile.read(url, key: key)
      let told = space ?? (tensor.shape.rank == 1 ? .w : .wPlus)
      guard tensor.shape.rank == (told == .wPlus ? 2 : 1) else {
        throw EditingError.wrongShape(
          what: file, expected: told == .wPlus ? "[rows, width]" : "[width]",
          found: "\(tensor.shape)")
      }
      let title = name ?? url.deletingPathExtension().lastPathComponent
      let record = try target.open().keep(
        tensor, named: title, space: told, network: nil, note: note, replace: replace)
      print("\(record.name): \(record.space.rawValue) \(tensor.shape)")
    }
  }

  struct Keep: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep the W+ that an artwork has come to, or that a seed maps to, under a name.",
      discussion: """
        Example:
          atelier latents keep Projects/portraits.atelier anna --name anna-smiling
        """)
    @OptionGroup var target: Target
    @Argument(help: "The artwork, or a seed with --network.") var source: String
    @Option(help: ArgumentHelp("The name.")) var name: String
    @Option(help: "A remark.") var note = ""
    @Flag(help: "Replace a latent of the same name.") var replace = false
    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var network: NetworkOptions

    func validate() throws { try Usage.check { try SourceReader.checkLatent(source) } }

    func run() throws {
      let project = try target.open()
      let isArtwork = try project.artworks().contains { $0.name == source }
      let loaded: LoadedNetwork, chosen: Recipe
      var reader: SourceReader
      if isArtwork {
        chosen = try project.recipe(of: source)
        loaded = try ProjectNetworks.load(chosen.network, project, given: network.network)
        reader = SourceReader(project: project, generator: loaded.generator, label: nil)
      } else {
        loaded = try network.load()
        reader = SourceReader(
          project: project, generator: loaded.generator, label: try recipe.classLabel())
        let base = try reader.source(source)
        chosen = Recipe(
          network: loaded.digest, base: base,
          truncation: try recipe.truncation(
            for: loaded.generator, sources: &reader, project: project))
      }
      let ws = try loaded.renderer(reader.content).plan(chosen).ws
      try project.add(loaded.record)
      let record = try project.keep(
        ws, named: name, space: .wPlus, network: loaded.digest, note: note, replace: replace,
        companions: chosen.base.companions)
      print("\(record.name): W+ \(ws.shape) of \(source)")
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a latent as npz (key w, as projected_w.npz) or npy.",
      discussion: """
        Example:
          atelier latents export Projects/portraits.atelier me --output me.npz
        """)
    @OptionGroup var target: Target
    @Argument(help: "The latent.") var name: String
    @Option(name: [.long, .customShort("o")], help: "The file, .npz or .npy.") var output: String

    func run() throws {
      let project = try target.open()
      let tensor = try project.tensor(project.latent(named: name).tensor)
      let url = try OutputPlace.file(output)
      let batch = tensor.reshaped(Shape([1] + tensor.shape.dimensions))
      if url.pathExtension == "npy" {
        try NumPy.writeNPY(batch, to: url)
      } else {
        try NumPy.writeNPZ([("w", batch)], to: url)
      }
      print("\(url.path): \(batch.shape)")
    }
  }

  struct Rename: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a latent another name.",
      discussion: """
        Example:
          atelier latents rename Projects/portraits.atelier me anna-at-home
        """)
    @OptionGroup var target: Target
    @Argument(help: "The latent.") var name: String
    @Argument(help: "Its new name.") var newName: String

    func run() throws { try target.open().renameLatent(name, to: newName) }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a latent's name; pictures that use it keep its content.",
      discussion: """
        Example:
          atelier latents remove Projects/portraits.atelier me
        """)
    @OptionGroup var target: Target
    @Argument(help: "The latent.") var name: String

    func run() throws { try target.open().removeLatent(name) }
  }
}
