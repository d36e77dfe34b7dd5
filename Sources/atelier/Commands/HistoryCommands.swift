import ArgumentParser
import Editing
import Foundation
import Projects

/// A project and an artwork in it, as most commands on projects take them.
struct ArtworkArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
  @Argument(help: ArgumentHelp("The artwork.", valueName: "artwork")) var artwork: String
  @Flag(help: "Print JSON on standard output.") var json = false

  /// The project, open.
  func open() throws -> Project { try Project(at: URL(fileURLWithPath: path)) }

  /// Prints where the artwork stands now.
  func report(_ step: StepRecord, _ project: Project) throws {
    if json {
      return try Output.json(
        ArtworkSummary(project.artwork(named: artwork), project.recipe(of: artwork)))
    }
    print("\(artwork) stands on step \(step.id): \(step.label)")
  }
}

/// `atelier history`: the steps of an artwork, or the artworks of a project.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show the artworks of a project, or the steps of one.",
    discussion: """
      The arrow marks where the artwork stands; steps in brackets were undone or lie on another line.

      Examples:
        atelier history Projects/portraits.atelier
        atelier history Projects/portraits.atelier anna
      """)

  @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
  @Argument(help: ArgumentHelp("The artwork; all without one.", valueName: "artwork"))
  var artwork: String?
  @Flag(help: "Print JSON on standard output.") var json = false

  func run() throws {
    let project = try Project(at: URL(fileURLWithPath: path), readOnly: true)
    guard let artwork else { return try listArtworks(project) }
    let steps = try project.history(of: artwork)
    if json { return try Output.json(steps.map(StepSummary.init)) }
    for step in steps {
      let mark = step.isHead ? "→" : " "
      let label = step.onCurrentLine ? step.label : "[\(step.label)]"
      let branches = step.branches.isEmpty ? "" : "  (\(step.branches.joined(separator: ", ")))"
      let from = step.parent.map { $0 == step.id - 1 ? "" : " from \($0)" } ?? ""
      print("\(mark) \(String(step.id).padded(to: 4))\(label)\(from)\(branches)")
    }
    let edits = try project.recipe(of: artwork).edits
    if !edits.isEmpty { print("\nEdits, in the order in which they apply:") }
    let names = try project.contentNames()
    for (index, edit) in edits.enumerated() {
      let state = edit.isEnabled ? "on " : "off"
      print("  \(index + 1)  \(state)  \(edit.operation.summary { names[$0] ?? $0.short })")
    }
  }

  private func listArtworks(_ project: Project) throws {
    let artworks = try project.artworks(), sheets = try project.sheets()
    if json {
      return try Output.json(
        artworks.map { ArtworkSummary($0, try project.recipe(of: $0.name)) })
    }
    for artwork in artworks {
      let tags = artwork.tags.isEmpty ? "" : "  #" + artwork.tags.joined(separator: " #")
      let stars = String(repeating: "★", count: artwork.stars)
      print(
        "\(artwork.name.padded(to: 24)) step \(artwork.head) of \(artwork.stepCount) on "
          + "\(artwork.currentBranch)\(tags) \(stars)")
      if !artwork.note.isEmpty { print("    \(artwork.note)") }
    }
    for sheet in sheets { print("\(sheet.padded(to: 24)) table") }
    if artworks.isEmpty && sheets.isEmpty { print("The project is empty.") }
  }

  struct StepSummary: Encodable {
    let step: Int64
    let parent: Int64?
    let label: String
    let recipe: String
    let createdAt: Date
    let isHead, onCurrentLine, isUndone: Bool
    let branches: [String]

    init(_ record: StepRecord) {
      step = record.id
      parent = record.parent
      label = record.label
      recipe = record.recipe.description
      createdAt = record.createdAt
      (isHead, onCurrentLine, isUndone) = (record.isHead, record.onCurrentLine, record.isUndone)
      branches = record.branches
    }
  }
}

/// How far to go in which artwork's history.
struct WalkArguments: ParsableArguments {
  @OptionGroup var artwork: ArtworkArguments
  @Option(help: ArgumentHelp("How many steps.", valueName: "n")) var steps = 1

  func validate() throws {
    if steps < 1 { throw ValidationError("--steps \(steps) is below 1.") }
  }
}

/// `atelier undo`.
struct UndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Go back in an artwork's history; nothing is lost.",
    discussion: """
      Examples:
        atelier undo Projects/portraits.atelier anna
        atelier undo Projects/portraits.atelier anna --steps 3
      """)

  @OptionGroup var walk: WalkArguments

  func run() throws {
    let project = try walk.artwork.open()
    try walk.artwork.report(project.undo(walk.artwork.artwork, steps: walk.steps), project)
  }
}

/// `atelier redo`.
struct RedoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redo", abstract: "Go forward again along the line last undone.",
    discussion: """
      Example:
        atelier redo Projects/portraits.atelier anna
      """)

  @OptionGroup var walk: WalkArguments

  func run() throws {
    let project = try walk.artwork.open()
    try walk.artwork.report(project.redo(walk.artwork.artwork, steps: walk.steps), project)
  }
}

/// `atelier branch`: list, make, switch, remove.
struct BranchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "branch", abstract: "List, make, switch to or remove branches of an artwork.",
    discussion: """
      Examples:
        atelier branch Projects/portraits.atelier anna
        atelier branch Projects/portraits.atelier anna older --at 3
        atelier branch Projects/portraits.atelier anna main --switch
      """)

  @OptionGroup var artwork: ArtworkArguments
  @Argument(help: ArgumentHelp("The branch; all are listed without one.", valueName: "branch"))
  var branch: String?
  @Option(help: ArgumentHelp("The step to begin at; where the artwork stands by default."))
  var at: Int64?
  @Flag(name: .customLong("switch"), help: "Switch to a branch that exists.") var switches = false
  @Flag(help: "Remove the branch's name; its steps stay.") var remove = false

  func validate() throws {
    if (switches || remove || at != nil) && branch == nil {
      throw ValidationError("Name a branch.")
    }
    if switches && remove { throw ValidationError("Give either --switch or --remove.") }
  }

  func run() throws {
    let project = try artwork.open(), name = artwork.artwork
    guard let branch else {
      let current = try project.artwork(named: name).currentBranch
      for branch in try project.branches(of: name) {
        print(
          "\(branch.name == current ? "→" : " ") \(branch.name.padded(to: 24)) step \(branch.step)")
      }
      return
    }
    if switches {
      _ = try project.switchTo(branch, of: name)
    } else if remove {
      try project.removeBranch(branch, of: name)
      return print("removed branch \(branch) of \(name)")
    } else {
      try project.branch(name, named: branch, at: at)
      _ = try project.switchTo(branch, of: name)
    }
    let current = try project.artwork(named: name)
    print("\(name) is on branch \(branch), step \(current.head)")
  }
}
