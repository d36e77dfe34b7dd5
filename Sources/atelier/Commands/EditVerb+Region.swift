import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Projects

extension EditVerb {
  /// Gives a part of the picture a latent of its own.
  static var region: EditVerb {
    EditVerb(
      name: "region",
      help: "a latent of its own for a part: --ellipse, --rectangle, --polygon or --mask; --with, "
        + "--layers, --feather, --name"
    ) { command, session in
      guard let with = command.with else { throw ValidationError("region needs --with.") }
      var maps: [IntegerMap] = []
      let shapes = try command.region.shapes(session, maps: &maps)
      var reader = try reader(command, session)
      let layers = try LayerSet(
        parsing: command.layers ?? RegionOptions.layers(of: session.generator().size.rows))
      let operation = RegionOperation(
        name: command.region.name, mask: shapes, source: try reader.source(with).plain,
        layers: layers,
        weight: command.weight, feather: command.region.feather)
      return Change(
        label: "region \(command.region.name) with \(with) (\(layers))",
        attachments: reader.attachments, maps: maps
      ) { $0.append(operation) }
    }
  }
}

/// Where a region is.
struct RegionOptions: ParsableArguments {
  /// The rows that a region changes where nothing is said: those from 16 pixels up, which bring
  /// features but leave the pose.
  static func layers(of rows: Int) -> String { rows > 4 ? "4-\(min(13, rows - 1))" : "all" }

  @Option(help: ArgumentHelp("region: what it is called.", valueName: "name")) var name = "region"
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "region: its centre and radii, as parts of the picture's width and height; repeat shapes to "
        + "join them, and write not: before one to cut it out.", valueName: "x,y,rx,ry"))
  var ellipse: [String] = []
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("region: its top left corner and size, likewise.", valueName: "x,y,w,h"))
  var rectangle: [String] = []
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("region: its corners, likewise.", valueName: "x,y,x,y,…"))
  var polygon: [String] = []
  @Option(help: ArgumentHelp("region: a PNG, white inside.", valueName: "file.png"))
  var mask: [String] = []
  @Option(
    help: ArgumentHelp(
      "region: the numbers of --mask that are inside, where it is a label map.", valueName: "n,…"))
  var values: String?
  @Option(
    help: ArgumentHelp(
      "region: objects of the artwork's own maps, by id.", valueName: "id,…"))
  var object: String?
  @Option(
    help: ArgumentHelp(
      "region: the width of its soft border, as a part of the picture's width.", valueName: "width")
  )
  var feather = 0.1

  func validate() throws {
    guard feather.isFinite, (0...1).contains(feather) else {
      throw ValidationError("--feather \(feather) is not between 0 and 1.")
    }
  }

  /// The shapes, and the maps that must be stored with them.
  func shapes(_ session: EditSession, maps: inout [IntegerMap]) throws -> [MaskShape] {
    var forms: [MaskShape.Form] = []
    var removed: [MaskShape.Form] = []
    func add(_ texts: [String], _ read: (String) throws -> MaskShape.Form) throws {
      for text in texts {
        if text.hasPrefix("not:") {
          removed.append(try read(String(text.dropFirst(4))))
        } else {
          forms.append(try read(text))
        }
      }
    }
    try add(ellipse, Numbers.ellipse)
    try add(rectangle, Numbers.rectangle)
    try add(polygon) { .polygon(try Numbers.points($0)) }
    let numbers = try values.map { try Self.numbers($0, "--values") }
    for file in mask {
      let map = try Self.map(URL(fileURLWithPath: file))
      if let numbers, !map.values.contains(where: { numbers.contains($0) }) {
        throw CommandError.invalidInput("\(file): no pixel has one of the numbers \(numbers).")
      }
      maps.append(map)
      forms.append(.map(map.digest, values: numbers))
    }
    if let object {
      guard let scene = try session.project.scene(of: session.recipe) else {
        throw CommandError.invalidInput(
          "artwork '\(session.artwork)' has no maps; import them with 'atelier paint … import'.")
      }
      // The objects as they are now, whatever becomes of the maps.
      var mask = Mask(emptyOf: scene.width, scene.height)
      for id in try Self.numbers(object, "--object") { mask.combine(try scene.mask(of: id)) }
      maps.append(mask.map())
      forms.append(.map(mask.map().digest, values: nil))
    }
    guard !forms.isEmpty else {
      throw ValidationError(
        "region needs a place: --ellipse, --rectangle, --polygon, --mask or --object.")
    }
    return try forms.map { try MaskShape($0) } + removed.map { try MaskShape($0, isRemoved: true) }
  }

  private static func numbers(_ text: String, _ option: String) throws -> [Int32] {
    try Numbers.list(text, "a list of numbers such as 17,18").map { value in
      guard let number = Int32(exactly: value), number >= 0 else {
        throw ValidationError("\(option) \(text) is not a list of whole numbers.")
      }
      return number
    }
  }

  /// A mask: a map, or a picture's brightness.
  private static func map(_ url: URL) throws -> IntegerMap {
    do {
      return try IntegerMap(contentsOf: url, palette: .indices)
    } catch ImagingError.notAMap {
      let grey = try Image(contentsOf: url).flattened(onto: [0, 0, 0]).converted(toChannels: 1)
      return IntegerMap(
        width: grey.width, height: grey.height, values: grey.pixels.map { Int32($0) })
    }
  }
}
