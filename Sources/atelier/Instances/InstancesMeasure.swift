import ArgumentParser
import Foundation
import Imaging
import Networks
import Tensors
import Training

extension InstancesCommand {
  /// `atelier instances measure`: how well a network paints scenes, and repaints one object.
  struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "measure",
      abstract: "Measure how near a network comes to pictures, and what repainting changes.",
      discussion: """
        Every picture is encoded and painted again; then its largest object gets the style of the \
        next picture's largest object. Told are the mean distance to the pictures, the mean change of \
        the object's pixels and of all others, and how much of the way the object's mean colour goes \
        to the other's (of networks with one code, the mean colours of the classes that both have). \
        With --hold norms keep the statistics of the picture before, as after \
        'atelier instances hold'.

        Example:
          atelier instances measure --network street --data street --data-seed 2 --count 32 \
        --hold --sheet measured.png
        """)

    @OptionGroup var network: NetworkOptions
    @OptionGroup var data: TrainingDataOptions
    @Option(help: ArgumentHelp("How many pictures.", valueName: "n")) var count = 32
    @Option(
      help: ArgumentHelp("The pictures' width and height, such as 256x128.", valueName: "px"))
    var size = "256x128"
    @Option(
      help: ArgumentHelp("Write a sheet of the first eight scenes.", valueName: "file.png"))
    var sheet: String?
    @Flag(help: "Hold the norms' statistics while an object is repainted.") var hold = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
      if network.network == nil { throw ValidationError("Measuring needs a --network.") }
      guard (2...100_000).contains(count) else {
        throw ValidationError("--count \(count) is not between 2 and 100000.")
      }
      _ = try SceneTrainingOptions.sides(of: size)
    }

    func run() throws {
      common.apply()
      let target = try sheet.map { try OutputPlace.file($0) }
      let scene = try LoadedScene(named: network.network ?? "")
      let side = try SceneTrainingOptions.sides(of: size)
      let loaded = try data.load(width: side.width, height: side.height, fit: .stretch)
      let total = min(count, loaded.count ?? count)
      let samples = try loaded.samples(Array(0..<total))
      let painter = try ScenePainter(scene.canonical, holds: hold)
      let found = try SceneMeasure(painter, samples)
      if let target { try SceneStep.sheet(of: painter, Array(samples.prefix(8))).write(to: target) }
      if common.json { return try Output.json(found) }
      print("\(scene.name) on \(loaded.summary)")
      let lines: [(String, Double?, String)] = [
        ("distance to the pictures", found.reconstruction, "of 255"),
        ("the same of plain grey pictures", found.greyReconstruction, "of 255"),
        ("change of repainted objects", found.changeInside, "of 255"),
        ("change of all other pixels", found.changeOutside, "of 255"),
        ("largest share outside : inside", found.largestShare, ""),
        ("colour taken from the other", found.colourTaken, ""),
      ]
      for case (let name, let value?, let unit) in lines {
        print(
          name.padding(toLength: 34, withPad: " ", startingAt: 0)
            + String(format: "%8.3f ", value) + unit)
      }
    }
  }
}
