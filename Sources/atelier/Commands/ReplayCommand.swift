import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

/// `atelier replay`: renders everything in a project again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Render every picture and table of a project again, and compare with what was shown.",
    discussion: """
      With --verify, every pixel digest must equal the recorded one; differences are listed, and the \
      exit code is 1.

      Examples:
        atelier replay --verify Projects/demo.atelier
        atelier replay Projects/demo.atelier --outdir replayed
      """)

  @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
  @Flag(help: "Fail on any picture whose pixels differ from the recorded ones.") var verify = false
  @Option(help: ArgumentHelp("Also write the pictures to this folder.", valueName: "dir"))
  var outdir: String?
  @OptionGroup var network: NetworkOptions
  @OptionGroup var common: CommonOptions

  /// The outcome of one picture.
  struct Line: Encodable {
    let name: String
    let outcome: String
    let recorded: Digest?
    let rendered: Digest
  }

  func run() throws {
    common.apply()
    let project = try Project(at: URL(fileURLWithPath: path))
    let problems = try project.check()
    guard problems.isEmpty else {
      throw CommandError.failed("\(path) is damaged: \(problems.joined(separator: "; "))")
    }
    var replay = try Replay(project: project, network: network.network, outdir: outdir)
    try replay.run()
    let lines = replay.lines
    let different = lines.filter { $0.outcome == "DIFFERENT" }.count
    let new = lines.filter { $0.outcome == "new" }.count
    if common.json {
      try Output.json(lines)
    } else {
      for line in lines { print("\(line.outcome.padded(to: 10)) \(line.name)") }
      print(
        "\(lines.count) pictures: \(lines.count - different - new) equal, \(different) different, "
          + "\(new) rendered for the first time")
    }
    if verify && different > 0 { throw ExitCode(1) }
  }
}

/// One replay at work.
private struct Replay {
  private let project: Project
  private let folder: URL?
  private let given: String?
  private var networks: [Digest: RecipeNetwork] = [:]
  private var recorded: [Digest: Digest] = [:]
  private(set) var lines: [ReplayCommand.Line] = []

  init(project: Project, network: String?, outdir: String?) throws {
    self.project = project
    given = network
    folder = try outdir.map { try OutputPlace.folder($0) }
    for render in try project.renders() { recorded[render.recipe] = render.pixelDigest }
  }

  mutating func run() throws {
    let jobs = try self.jobs()
    let sheets = try project.sheets().map { ($0, try project.sheet(named: $0)) }
    // A recipe in several places is rendered once; small copies for the tables are kept.
    var pictures: [Recipe: Image] = [:]
    var names: [Recipe: String] = [:]
    var order: [Recipe] = []
    let cells = sheets.flatMap { name, sheet in
      sheet.recipes.enumerated().map { (name: "\(name), picture \($0 + 1)", recipe: $1) }
    }
    for job in jobs + cells where names[job.recipe] == nil {
      names[job.recipe] = job.name
      order.append(job.recipe)
    }
    let inSheets = Set(sheets.flatMap { $0.1.recipes })
    var progress = Progress("pictures", total: order.count)
    for recipe in order {
      let image = try network(of: recipe).render(recipe, project)
      try note(names[recipe] ?? "", recipe.digest(), image)
      if inSheets.contains(recipe) { pictures[recipe] = image }
      try progress.advance()
    }
    for (name, sheet) in sheets {
      let image = try sheet.image { recipe in
        guard let picture = pictures[recipe] else {
          throw CommandError.failed("the table '\(name)' has a picture that was not rendered.")
        }
        return picture
      }
      try note("\(name) (table)", sheet.digest(), image)
    }
  }

  /// Every step of every artwork that was rendered, and where each stands now.
  private func jobs() throws -> [(name: String, recipe: Recipe)] {
    try project.artworks().flatMap { artwork in
      try project.history(of: artwork.name)
        .filter { $0.isHead || recorded[$0.recipe] != nil }
        .map {
          (
            "\(artwork.name)\($0.isHead ? "" : ", step \($0.id)")",
            try project.recipe(of: artwork.name, step: $0.id)
          )
        }
    }
  }

  private mutating func network(of recipe: Recipe) throws -> RecipeNetwork {
    if let loaded = networks[recipe.network] { return loaded }
    let loaded = try found(recipe)
    networks[recipe.network] = loaded
    return loaded
  }

  /// The network that the user gave, if it is the recipe's; else as the project knows it.
  private func found(_ recipe: Recipe) throws -> RecipeNetwork {
    if given != nil {
      do {
        return try RecipeNetwork.load(for: recipe, project, given: given)
      } catch EditingError.wrongNetwork {
        // Projects may use several networks.
      } catch NetworkError.otherKind {}
    }
    return try RecipeNetwork.load(for: recipe, project, given: nil)
  }

  private mutating func note(_ name: String, _ key: Digest, _ image: Image) throws {
    let pixels = image.pixelDigest, before = recorded[key]
    let outcome = before == nil ? "new" : before == pixels ? "equal" : "DIFFERENT"
    lines.append(
      ReplayCommand.Line(name: name, outcome: outcome, recorded: before, rendered: pixels))
    if before == nil {
      try project.storeRender(of: key, width: image.width, pixelDigest: pixels, png: nil)
      recorded[key] = pixels
    }
    if let folder {
      let file = name.replacingOccurrences(of: "/", with: "-")
      try image.write(to: folder.appendingPathComponent("\(file).png"))
    }
  }
}
