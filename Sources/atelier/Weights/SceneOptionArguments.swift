import ArgumentParser
import Foundation
import Networks

/// What the tensors of an official pix2pixHD or SPADE checkpoint cannot tell.
struct SceneOptionArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file with the official options: opt.txt, or a JSON object.", valueName: "file"))
  var opt: String?
  @Option(
    help: ArgumentHelp(
      "One official option, such as label_nc=35 or crop_size=512; repeat it for more.",
      valueName: "name=value"))
  var option: [String] = []

  /// The options given one by one.
  func stated() throws -> SceneOptions {
    var options = SceneOptions()
    for text in option {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ValidationError("--option \(text) is not name=value, such as label_nc=35.")
      }
      options[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return options
  }

  /// The options of the file, and over them those given one by one.
  func read() throws -> SceneOptions {
    let file = try opt.map { path in
      guard FileManager.default.fileExists(atPath: path) else {
        throw CommandError.invalidInput("there is no file '\(path)'.")
      }
      return try SceneOptions(contentsOf: URL(fileURLWithPath: path))
    }
    return (file ?? SceneOptions()).overridden(by: try stated())
  }
}
