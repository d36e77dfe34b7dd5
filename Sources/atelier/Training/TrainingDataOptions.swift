import ArgumentParser
import Foundation
import Training

/// What is trained on: a world, or one's own pictures.
struct TrainingDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The data: cars, portraits or street (drawn as needed), or a folder or zip of "
        + "pictures.", valueName: "data"))
  var data: String

  @Option(help: ArgumentHelp("Which world of --data cars, portraits or street.", valueName: "n"))
  var dataSeed: UInt32 = 1

  @Option(
    help: ArgumentHelp(
      "Draw only this many different pictures of a world; endlessly many if not given.",
      valueName: "n"))
  var dataCount: Int?

  @Flag(help: "Train on mirror images too, where the pictures are counted.") var mirror = false

  func validate() throws {
    if let dataCount, !(1...100_000_000).contains(dataCount) {
      throw ValidationError("--data-count \(dataCount) is not between 1 and 100000000.")
    }
  }

  /// The world's kind, `nil` for one's own pictures.
  var world: WorldKind? {
    switch data {
    case "cars", "car": .cars
    case "portraits", "portrait": .portrait
    case "street", "streets": .street
    default: nil
    }
  }

  /// The data at a size.
  func load(
    width: Int, height: Int, fit: PictureCollection.Fit = .crop
  ) throws -> any TrainingData {
    if let world {
      let drawn = WorldData(
        World(world, width: width, height: height, seed: dataSeed), count: dataCount)
      return mirror ? MirroredData(KeptData(drawn)) : KeptData(drawn)
    }
    let own = try PictureCollection(
      at: URL(fileURLWithPath: data), width: width, height: height, fit: fit)
    return mirror ? MirroredData(KeptData(own)) : KeptData(own)
  }
}
