import ArgumentParser
import Editing
import Foundation
import Imaging

/// Which files hold a label and an instance map, and how they are read.
struct MapFileOptions: ParsableArguments {
  @Option(
    name: [.customLong("label-map"), .customLong("label_map")],
    help: ArgumentHelp("A label map: a grey PNG of 8 or 16 bits.", valueName: "file.png"))
  var labelMap: String?
  @Option(
    name: [.customLong("inst-map"), .customLong("inst_map")],
    help: ArgumentHelp("Its instance map, likewise.", valueName: "file.png"))
  var instanceMap: String?
  @Option(
    name: .customLong("palette"),
    help: ArgumentHelp(
      "The classes' names and colours: \(Palette.all.map(\.name).joined(separator: ", ")), or a "
        + "JSON file.", valueName: "name-or-file"))
  var paletteName: String?
  @Flag(
    name: [.customLong("colours"), .customLong("colors")],
    help: "The label map is a picture in the palette's colours, which must match exactly.")
  var isColoured = false
  @Flag(name: .customLong("indices"), help: "Take the indices of palette PNGs for numbers.")
  var takesIndices = false
  @Flag(
    name: .customLong("find-objects"),
    help: "Make the instance map: every separate piece of a class with objects is one.")
  var findsObjects = false

  /// The palette that was named.
  var palette: Palette? {
    get throws {
      guard let paletteName else { return nil }
      if paletteName.contains("/") || paletteName.hasSuffix(".json") {
        return try Palette(contentsOf: URL(fileURLWithPath: paletteName))
      }
      return try Palette.named(paletteName)
    }
  }

  /// The maps; throws for files that are none, for labels that the palette lacks, and for maps of
  /// different sizes.
  func maps(palette: Palette?) throws -> SceneMaps {
    guard let labelMap else { throw ValidationError("Missing --label-map: a PNG.") }
    if instanceMap != nil && findsObjects {
      throw ValidationError("Give either --inst-map or --find-objects.")
    }
    func needed(_ option: String) throws -> Palette {
      guard let palette else { throw ValidationError("\(option) needs a --palette.") }
      return palette
    }
    let url = URL(fileURLWithPath: labelMap)
    let reading: IntegerMap.PaletteReading = takesIndices ? .indices : .refused
    let labels =
      isColoured
      ? try needed("--colours").labels(of: Image(contentsOf: url), named: url.path)
      : LabelMap(try IntegerMap(contentsOf: url, palette: reading))
    if let palette, let label = labels.map.distinctValues.first(where: { palette[$0] == nil }) {
      throw ImagingError.notAMap(
        name: url.path, reason: "palette '\(palette.name)' has no class \(label)")
    }
    let instances =
      try instanceMap.map {
        InstanceMap(try IntegerMap(contentsOf: URL(fileURLWithPath: $0), palette: reading))
      } ?? (findsObjects ? labels.instances(of: needed("--find-objects").things) : nil)
    return try SceneMaps(labels: labels, instances: instances)
  }
}
