import Editing
import Foundation
import Networks
import Projects
import Tensors

/// Finds directions by name in a project, or in files.
enum DirectionReader {
  /// The direction that a user means, checked against the network.
  ///
  /// - Parameters:
  ///   - text: A name kept in the project, or a file.
  ///   - key: The tensor in a file that holds several.
  static func tensor(
    _ text: String, key: String?, project: Project?, size: GeneratorSize
  ) throws -> Tensor {
    if let project {
      let isFile = text.contains("/") || FileManager.default.fileExists(atPath: text)
      if try !isFile || project.directions().contains(where: { $0.name == text }) {
        return try check(
          project.tensor(project.direction(named: text).tensor), size, what: "direction '\(text)'")
      }
    }
    guard FileManager.default.fileExists(atPath: text) else {
      let hint = project == nil ? " (give --project to use directions kept in a project)" : ""
      throw CommandError.invalidInput("'\(text)' is no direction and no file\(hint).")
    }
    return try check(
      LatentFile.read(URL(fileURLWithPath: text), key: key), size, what: "direction \(text)")
  }

  /// The tensor if it is a direction of this network.
  static func check(_ tensor: Tensor, _ size: GeneratorSize, what: String) throws -> Tensor {
    guard tensor.shape == [size.wDim] || tensor.shape == [size.rows, size.wDim] else {
      throw EditingError.wrongShape(
        what: what, expected: "[\(size.wDim)] or [\(size.rows), \(size.wDim)]",
        found: "\(tensor.shape)")
    }
    return tensor
  }
}
