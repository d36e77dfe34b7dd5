import Editing
import Foundation
import GRDB
import Tensors

/// A kept latent: a name for a stored tensor.
public struct LatentRecord: Hashable, KeptContent {
  static let kind = NameKind.latent
  static let furtherColumns = ["tuning", "noise"].map {
    "(SELECT latentCompanion.tensor FROM latentCompanion WHERE latentCompanion.latent = latent.id "
      + "AND latentCompanion.kind = '\($0)') AS \($0)"
  }

  /// The name.
  public let name: String
  /// The space that it lives in.
  public let space: LatentSpace
  /// The digest of its tensor.
  public let tensor: Digest
  /// The tensor's shape, such as `[18, 512]`.
  public let shape: Shape
  /// The network that it belongs to, where known.
  public let network: Digest?
  /// A remark for people; may be empty.
  public let note: String
  /// The tuning and the noise maps that belong to it.
  public let companions: LatentCompanions
  /// When it was kept.
  public let createdAt: Date

  init(row: Row) throws {
    name = try row.value("name")
    let space: String = try row.value("space")
    guard let known = LatentSpace(rawValue: space) else {
      throw UnreadableColumn(column: "space", reason: "does not hold a latent space")
    }
    self.space = known
    tensor = try row.digest("tensor")
    shape = try row.shape("shape")
    network = try row.optionalDigest("network")
    note = try row.value("note")
    companions = LatentCompanions(
      tuning: try row.optionalDigest("tuning"), noise: try row.optionalDigest("noise"))
    createdAt = try row.value("createdAt")
  }
}
