import ArgumentParser
import Foundation
import Imaging

/// Where a photograph's face is, and how large the aligned picture becomes.
struct AlignmentOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Left eye, right eye and mouth (its middle, or both corners) in the picture, in pixels: "
        + "x,y,x,y,x,y or a JSON file. Left and right are the picture's. The middle of the picture "
        + "is taken without.", valueName: "numbers-or-file"))
  var points: String?

  /// The points for a photograph; `nil` where none were given.
  func points(for photo: URL) throws -> FacePoints? {
    guard let points else { return nil }
    if let numbers = FacePoints(parsing: points) { return numbers }
    guard FileManager.default.fileExists(atPath: points) else {
      throw CommandError.invalidInput(
        "--points '\(points)' is neither 6 or 8 numbers such as 565,632,778,624,672,853 nor a file."
      )
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: points))
    } catch {
      throw CommandError.failed("\(points): cannot be read: \(error.localizedDescription)")
    }
    guard let found = FacePoints(json: data, picture: photo.lastPathComponent) else {
      throw CommandError.invalidInput(
        "\(points): holds no points for \(photo.lastPathComponent): a JSON object with "
          + "eye_left_in_picture, eye_right_in_picture, mouth_left_in_picture and "
          + "mouth_right_in_picture, each [x, y], alone or under the picture's file name.")
    }
    return found
  }

  /// The aligned photograph, `side` pixels a side.
  func aligned(_ photo: String, side: Int) throws -> Image {
    let url = URL(fileURLWithPath: photo)
    let image = try Image(contentsOf: url)
    guard let points = try points(for: url) else { return FaceAlignment.centre(image, side: side) }
    do {
      return try FaceAlignment.align(image, points: points, side: side)
    } catch ImagingError.cannotAlign(let reason) {
      throw CommandError.invalidInput("\(photo): the face cannot be aligned: \(reason).")
    }
  }
}

/// `atelier align`: a photograph's face cut out as face networks were trained on.
struct AlignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "align",
    abstract: "Cut a photograph's face out as face networks were trained on.",
    discussion: """
      The crop of the FFHQ data set, from the centres of both eyes and the mouth: the face upright \
      and of the usual size, what lies beyond the photograph continued softly. Photographs are PNG \
      or JPEG, turned as their Exif data says.

      Examples:
        atelier align me.jpg --points 565,632,778,624,672,853 --output aligned.png
        atelier align me.jpg --points points.json --output aligned.png
        atelier align painting.png --output middle.png --side 512
      """)

  @Argument(help: ArgumentHelp("A photograph.", valueName: "photo")) var photo: String
  @OptionGroup var alignment: AlignmentOptions
  @Option(
    name: [.customLong("output"), .customShort("o")],
    help: ArgumentHelp("The picture to write.", valueName: "file.png"))
  var output: String
  @Option(help: ArgumentHelp("Its side.", valueName: "pixels")) var side = 1024
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (16...4096).contains(side) else {
      throw ValidationError("--side \(side) is not between 16 and 4096.")
    }
  }

  /// What is told.
  struct Report: Encodable {
    let file: String
    let side: Int
    let isAligned: Bool
  }

  func run() throws {
    common.apply()
    let target = try OutputPlace.file(output)
    let image = try alignment.aligned(photo, side: side)
    try image.write(to: target, text: [])
    let isAligned = alignment.points != nil
    if common.json {
      return try Output.json(Report(file: target.path, side: side, isAligned: isAligned))
    }
    print("\(target.path): \(isAligned ? "aligned" : "the middle"), \(side)×\(side)")
  }
}
