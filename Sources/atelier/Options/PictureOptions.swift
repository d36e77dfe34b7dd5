import ArgumentParser
import Foundation

/// Where pictures go.
struct PictureOptions: ParsableArguments {
  @Option(
    name: [
      .customLong("outdir"), .customLong("output_dir"), .customLong("out_dir"),
      .customLong("result-dir"), .customLong("save_dir"), .customShort("o"),
    ], help: ArgumentHelp("The folder for the pictures; it is made if missing.", valueName: "dir"))
  var outdir = "out"

  @Flag(help: "Leave the recipe out of the PNGs.")
  var noMetadata = false

  @Option(
    help: ArgumentHelp(
      "Record the pictures in this project too; it is made if missing.", valueName: "project"))
  var project: String?

  /// The folder, made if missing.
  func folder() throws -> URL { try OutputPlace.folder(outdir) }
}
