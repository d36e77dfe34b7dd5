import ArgumentParser
import Editing
import Foundation
import Imaging
import Projects
import Tensors

/// `atelier paint`: one edit of an artwork's label and instance maps, kept at once.
struct PaintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paint",
    abstract: "Edit the label and instance maps of an artwork; every edit is one step.",
    discussion: """
      Edits:
      \(PaintVerb.all.map { "  \($0.name.padded(to: 11))\($0.help)" }.joined(separator: "\n"))
        show       write the maps as PNGs and in colours: --outdir; list the objects

      Coordinates are pixels from the top left corner; pixel (x, y) covers x to x + 1, and is painted \
      if its centre lies in the shape. Classes are numbers, or names of the palette. An object's id \
      is its class (sky, road), or class · 1000 + number.

      Examples:
        atelier paint Projects/street.atelier aachen import --label-map label.png --inst-map inst.png
        atelier paint Projects/street.atelier aachen rectangle --rectangle 300,380,200,60 --label road
        atelier paint Projects/street.atelier aachen brush --points 40,60,80,64 --radius 6 --label 21
        atelier paint Projects/street.atelier aachen copy --object 26003 --by 120,8
        atelier paint Projects/street.atelier aachen show --outdir out
      """)

  @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
  @Argument(help: ArgumentHelp("The artwork.", valueName: "artwork")) var artwork: String
  @Argument(help: ArgumentHelp("What to do; see above.", valueName: "edit")) var verb: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("brush, polygon: places, x,y,x,y,….", valueName: "x,y,…"))
  var points: String?
  @Option(help: ArgumentHelp("brush: its radius.", valueName: "pixels")) var radius: Double?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("rectangle: its top left corner and its size.", valueName: "x,y,w,h"))
  var rectangle: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("ellipse: its centre and its radii.", valueName: "x,y,rx,ry"))
  var ellipse: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("fill, add: a pixel; the mask's top left one.", valueName: "x,y"))
  var at: String?
  @Option(help: ArgumentHelp("The class that is painted.", valueName: "class")) var label: String?
  @Option(
    help: ArgumentHelp(
      "The object that is painted: class, new, or an id. Objects that are added or copied are new, "
        + "what is painted belongs to its class.", valueName: "id"))
  var instance: String?
  @Option(
    name: [.customLong("object"), .customLong("inst")],
    help: ArgumentHelp("relabel, move, copy, delete, swap: the object.", valueName: "id"))
  var object: Int32?
  @Option(help: ArgumentHelp("swap: the other object.", valueName: "id")) var with: Int32?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("move, copy: how far right and down.", valueName: "dx,dy"))
  var by: String?
  @Option(
    help: ArgumentHelp(
      "move, delete: what takes the place: nearest, or a class.", valueName: "class"))
  var fill = "nearest"
  @Option(help: ArgumentHelp("add: a PNG of the outline.", valueName: "file.png")) var mask: String?
  @OptionGroup var files: MapFileOptions
  @Option(
    name: [.customLong("outdir"), .customShort("o")],
    help: ArgumentHelp("show: the folder; it is made if missing.", valueName: "dir"))
  var outdir = "out"
  @Flag(help: "Print JSON on standard output.") var json = false

  func validate() throws {
    guard verb == "show" || PaintVerb.all.contains(where: { $0.name == verb }) else {
      let known = PaintVerb.all.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no edit '\(verb)'. Known: \(known), show.")
    }
  }

  func run() throws {
    let isShown = verb == "show"
    let project = try Project(at: URL(fileURLWithPath: path), readOnly: isShown)
    let recipe = try project.recipe(of: artwork)
    let palette = try files.palette ?? project.palette(named: recipe.scene?.palette)
    guard let verb = PaintVerb.all.first(where: { $0.name == verb }) else {
      return try show(project, recipe, palette)
    }
    try Project.checkName(of: files.palette)
    let change = try verb.prepare(
      self, PaintVerb.Session(recipe: recipe, palette: palette, artwork: artwork))
    // What the edit comes to is worked out before anything is stored.
    var candidate = recipe
    try change.apply(&candidate)
    let maps = Dictionary(change.maps.map { ($0.digest, $0) }) { first, _ in first }
    let content = MemoryContent(maps: maps, fallback: project)
    let before = try recipe.scene == nil ? nil : project.scene(of: recipe)
    guard let after = try content.scene(of: candidate) else { return }
    let step = try project.apply(
      to: artwork, label: change.label, maps: change.maps, change.apply)
    try project.keep(files.palette)
    if json {
      return try Output.json(
        ArtworkSummary(project.artwork(named: artwork), project.recipe(of: artwork)))
    }
    let changed = before.map { Self.changedPixels($0, after) } ?? after.labels.map.values.count
    print("\(artwork) step \(step.id): \(step.label); \(changed) pixels changed")
  }

  private static func changedPixels(_ a: SceneMaps, _ b: SceneMaps) -> Int {
    a.labels.map.values.indices.count {
      a.labels.map.values[$0] != b.labels.map.values[$0]
        || a.objects.values[$0] != b.objects.values[$0]
    }
  }

  private func show(_ project: Project, _ recipe: Recipe, _ palette: Palette?) throws {
    guard let maps = try project.scene(of: recipe) else {
      throw CommandError.invalidInput(
        "artwork '\(artwork)' has no maps; import them with 'atelier paint … import'.")
    }
    let folder = try OutputPlace.folder(outdir)
    try MapView.write(maps, palette: palette, to: folder, named: artwork, json: json)
  }
}
