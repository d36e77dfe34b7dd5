import Checkpoints
import Foundation
import Tensors

/// A direction in W or W+: moving along it changes one thing about a picture.
public struct Direction: Sendable {
  /// The direction: `[wDim]` for all rows, or `[rows, wDim]`.
  public let tensor: Tensor
  /// How it was found: `sefa`, `imported` …
  public var method: String
  /// What it was found with, for people: `layers 0-6, component 3`.
  public var parameters: String

  /// A direction; see the properties.
  public init(tensor: Tensor, method: String, parameters: String) {
    self.tensor = tensor
    self.method = method
    self.parameters = parameters
  }
}

/// Latents and directions in files that others wrote: npy, npz, torch, pickle or safetensors.
public enum LatentFile {
  /// Names that a tensor of interest goes by when a file holds several.
  private static let usualNames = ["w", "ws", "latent", "latents", "direction", "tensor", "z"]

  /// The tensor in `file`, leading axes of extent 1 removed.
  ///
  /// - Parameters:
  ///   - file: A file in any format that ``Checkpoint`` reads.
  ///   - key: The name of the tensor, needed where the file holds several.
  public static func read(_ file: URL, key: String? = nil) throws -> Tensor {
    let checkpoint = try Checkpoint(contentsOf: file)
    let tensor: Tensor
    if let key {
      tensor = try checkpoint.tensor(key)
    } else if checkpoint.names.count == 1 {
      tensor = try checkpoint.tensor(checkpoint.names[0])
    } else if let name = usualNames.first(where: { checkpoint.tensors[$0] != nil }) {
      tensor = try checkpoint.tensor(name)
    } else {
      let names = checkpoint.names.prefix(12).joined(separator: ", ")
      throw EditingError.unsupported(
        reason: checkpoint.names.isEmpty
          ? "\(file.path) holds no tensor."
          : "\(file.path) holds \(checkpoint.names.count) tensors; say which with --key: \(names).")
    }
    var dimensions = tensor.shape.dimensions
    while dimensions.count > 1, dimensions[0] == 1 { dimensions.removeFirst() }
    guard tensor.withUnsafeBuffer({ $0.allSatisfy { $0.isFinite } }) else {
      throw EditingError.unsupported(reason: "\(file.path) holds numbers that are not finite.")
    }
    return tensor.reshaped(Shape(dimensions))
  }
}
