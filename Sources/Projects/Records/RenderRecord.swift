import Foundation
import GRDB
import Tensors

/// A picture that was shown: which pixels it had and, while the cache keeps it, its PNG.
public struct RenderRecord: Hashable, Sendable {
  /// The digest of the recipe.
  public let recipe: Digest
  /// The width in pixels.
  public let width: Int
  /// The digest of the pixels.
  public let pixelDigest: Digest
  /// The PNG file; `nil` once the cache was cleared.
  public let png: Data?
  /// When it was rendered.
  public let createdAt: Date

  init(row: Row) throws {
    recipe = try row.digest("recipeDigest")
    width = try row.value("width")
    pixelDigest = try row.digest("pixelDigest")
    png = try row.optional("png")
    createdAt = try row.value("createdAt")
  }
}
