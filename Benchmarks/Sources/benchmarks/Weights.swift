import Checkpoints
import Foundation
import Tensors

/// Named tensors of one file.
struct Weights {
  /// A tensor that is not in the file.
  struct Missing: Error, CustomStringConvertible {
    let name: String
    var description: String { "there is no tensor \(name)" }
  }

  private let checkpoint: Checkpoint
  let names: Set<String>

  /// Opens a file of any format that Atelier reads.
  init(_ path: String) throws {
    checkpoint = try Checkpoint(contentsOf: URL(fileURLWithPath: path))
    names = Set(checkpoint.names)
  }

  /// The tensor called `name`.
  func tensor(_ name: String) throws -> Tensor {
    guard names.contains(name) else { throw Missing(name: name) }
    return try checkpoint.tensor(name)
  }

  /// The only tensor.
  func array() throws -> Tensor { try checkpoint.tensor(checkpoint.names.first ?? "tensor") }
}
