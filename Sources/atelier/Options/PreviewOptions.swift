import ArgumentParser
import Editing

/// Small pictures in a part of the time.
struct PreviewOptions: ParsableArguments {
  @Option(
    name: .customLong("preview"),
    help: ArgumentHelp(
      "Write quick pictures of this side, such as 64, from the layers up to it alone; colours are "
        + "close to those of the whole picture.", valueName: "px"))
  var side: Int?

  func validate() throws {
    if let side, side < 1 { throw ValidationError("--preview \(side) is not a side in pixels.") }
  }

  /// Throws if the network has no previews of the side.
  func check(_ network: LoadedNetwork) throws {
    guard let side, !network.previews.sides.contains(side) else { return }
    let sides = network.previews.sides.map(String.init).joined(separator: ", ")
    throw CommandError.invalidInput(
      "this network has no previews of \(side) pixels. Choose from: "
        + "\(sides.isEmpty ? "none" : sides).")
  }
}
