import ArgumentParser
import Editing
import Foundation
import Imaging

/// `atelier maps`: looks into label and instance maps.
struct MapsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maps",
    abstract: "Look into label and instance maps: their objects, and a view in colours.",
    discussion: """
      Examples:
        atelier maps --label-map label.png --inst-map inst.png --palette cityscapes --outdir out
        atelier maps --label-map painted.png --colours --palette ade20k --outdir out
      """)

  @OptionGroup var files: MapFileOptions
  @Option(
    name: [.customLong("outdir"), .customShort("o")],
    help: ArgumentHelp("Write the maps and their view here.", valueName: "dir"))
  var outdir: String?
  @Flag(help: "Print JSON on standard output.") var json = false

  func run() throws {
    let palette = try files.palette
    let maps = try files.maps(palette: palette)
    let folder = try outdir.map { try OutputPlace.folder($0) }
    let name = files.labelMap.map {
      URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent
    }
    try MapView.write(maps, palette: palette, to: folder, named: name ?? "map", json: json)
  }
}

/// Shows maps: as PNGs, in colours, and as a list of objects.
enum MapView {
  /// One object, for the list.
  private struct Item: Encodable {
    let id: Int32
    let label: Int32
    let name: String
    let area: Int
  }

  /// Writes `NAME-label.png`, `NAME-inst.png` (where there is one) and `NAME-view.png`, and prints the
  /// objects.
  static func write(
    _ maps: SceneMaps, palette: Palette?, to folder: URL?, named name: String, json: Bool
  ) throws {
    // Without a palette colours only have to differ.
    let colours = palette ?? Palette(numbering: maps.labels.map.distinctValues)
    if let folder {
      func place(_ part: String) -> URL { folder.appendingPathComponent("\(name)-\(part).png") }
      try maps.labels.map.write(to: place("label"))
      try maps.instances?.map.write(to: place("inst"), sixteenBits: true)
      try colours.image(of: maps.labels, instances: maps.instances).write(to: place("view"))
    }
    let items = maps.listing.map {
      Item(id: $0.id, label: $0.label, name: colours.name(of: $0.label), area: $0.area)
    }
    if json { return try Output.json(items) }
    print("\(maps.width) × \(maps.height) pixels, \(items.count) objects")
    for item in items {
      print(
        "\("\(item.id)".padded(to: 8))\(item.name.padded(to: 24))\(item.area) pixels")
    }
  }
}
