import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

extension InstancesCommand {
  /// `atelier instances new`: an artwork that begins with maps.
  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "new", abstract: "Begin a session: an artwork with label and instance maps.",
      discussion: """
        Maps are brought to --width as the official scripts do it (nearest neighbour as Pillow, \
        height in proportion), or to the one size that a SPADE network paints. A photograph of the \
        scene can be encoded at once.

        Examples:
          atelier instances new street.atelier --network city.safetensors --label-map label.png \
        --inst-map inst.png --palette cityscapes --width 1024 --name aachen
          atelier instances new street.atelier --network coco.safetensors --label-map label.png \
        --palette coco-stuff --seed 7 --name beach
        """)

    @Argument(help: ArgumentHelp("The project file; made if missing.", valueName: "project"))
    var path: String
    @OptionGroup var network: NetworkOptions
    @OptionGroup var files: MapFileOptions
    @Option(help: ArgumentHelp("The width that the maps are brought to.", valueName: "pixels"))
    var width: Int?
    @Option(help: ArgumentHelp("The artwork's name.", valueName: "name")) var name: String
    @Option(help: "The code of a network that starts from one: a seed.") var seed: UInt32?
    @OptionGroup var common: CommonOptions

    func validate() throws {
      if network.network == nil { throw ValidationError("A session needs a --network.") }
      if let width, !(8...8192).contains(width) {
        throw ValidationError("--width \(width) is not between 8 and 8192.")
      }
    }

    func run() throws {
      common.apply()
      let scene = try LoadedScene(named: network.network ?? "")
      let size = scene.generator.size
      guard size.classes > 0 else {
        throw CommandError.invalidInput(
          "the network '\(scene.name)' takes RGB pictures in place of label maps; sessions need a "
            + "label map.")
      }
      if seed != nil, size.codeWidth == 0 {
        throw CommandError.invalidInput(
          "the network '\(scene.name)' starts from no code, so --seed has no meaning for it.")
      }
      let palette = try files.palette
      try Project.checkName(of: palette)
      let maps = try sized(files.maps(palette: palette), size)
      try maps.labels.check(
        classes: size.classes, except: size.hasUnknownClass ? 255 : nil,
        named: files.labelMap ?? "the label map")
      guard maps.instances != nil || !size.usesInstances else {
        throw CommandError.invalidInput(
          "the network '\(scene.name)' paints the borders of instances: give --inst-map, or "
            + "--find-objects.")
      }
      var recipe = Recipe(
        network: scene.digest,
        base: size.codeWidth > 0 ? .seed(seed ?? 0) : LatentSource(.mean))
      recipe.scene = Scene(
        labels: maps.labels.map.digest, instances: maps.instances?.map.digest,
        palette: palette?.name)
      let stored = [maps.labels.map, maps.instances?.map].compactMap(\.self)
      let content = MemoryContent(
        maps: Dictionary(stored.map { ($0.digest, $0) }) { first, _ in first })
      // Everything that can be wrong is found before a file appears.
      _ = try scene.renderer(content).plan(recipe)
      try NameKind.artwork.check(name)
      let project = try Project.create(at: URL(fileURLWithPath: path), openExisting: true)
      try project.add(scene.record)
      try project.keep(palette)
      let artwork = try project.add(
        recipe, named: name, label: "maps of \(maps.width)×\(maps.height)", maps: stored)
      if common.json { return try Output.json(ArtworkSummary(artwork, recipe)) }
      print(
        "\(name): \(maps.width)×\(maps.height), \(maps.objects.distinctValues.count) instances, "
          + "step \(artwork.head)")
    }

    /// The maps at the size that the network paints.
    private func sized(_ maps: SceneMaps, _ size: SceneSize) throws -> SceneMaps {
      var (wide, tall) = (maps.width, maps.height)
      if let fixed = size.fixedSize {
        (wide, tall) = (fixed.width, fixed.height)
      } else if let width {
        (wide, tall) = (width, width * maps.height / maps.width)
      }
      let multiple = size.multiple
      guard wide % multiple == 0, tall % multiple == 0, wide > 0, tall > 0 else {
        throw CommandError.invalidInput(
          "maps of \(wide)×\(tall), but this network takes multiples of \(multiple); give a --width "
            + "that makes both sides one, such as \(max(1, wide / multiple) * multiple).")
      }
      return try SceneMaps(
        labels: LabelMap(maps.labels.map.resized(width: wide, height: tall, rule: .pillow)),
        instances: maps.instances.map {
          InstanceMap($0.map.resized(width: wide, height: tall, rule: .pillow))
        })
    }
  }
}
