import Foundation
import GRDB
import Tensors

/// A kept direction: a name for a stored tensor, and how it was found.
public struct DirectionRecord: Hashable, KeptContent {
  static let kind = NameKind.direction

  /// The name.
  public let name: String
  /// How it was found, such as `sefa`, `pca` or `boundary`.
  public let method: String
  /// The method's parameters as JSON; may be empty.
  public let parameters: String
  /// The digest of its tensor.
  public let tensor: Digest
  /// The tensor's shape, `[wDim]` or `[rows, wDim]`.
  public let shape: Shape
  /// The network that it belongs to, where known.
  public let network: Digest?
  /// When it was kept.
  public let createdAt: Date

  init(row: Row) throws {
    name = try row.value("name")
    method = try row.value("method")
    parameters = try row.value("parameters")
    tensor = try row.digest("tensor")
    shape = try row.shape("shape")
    network = try row.optionalDigest("network")
    createdAt = try row.value("createdAt")
  }
}
