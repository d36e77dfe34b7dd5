import Foundation
import GRDB
import Tensors

/// Pictures by recipe and width. The PNGs are a cache; the pixel digests are what a replay is
/// held against, and stay.
extension Project {
  /// What is known of the picture of a recipe in a width; its PNG is `nil` once it was cleared.
  public func cachedRender(of recipe: Digest, width: Int) throws -> RenderRecord? {
    try read { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM render WHERE recipeDigest = ? AND width = ?",
        arguments: [recipe.description, width]
      ).map(RenderRecord.init)
    }
  }

  /// Records a picture that was rendered.
  ///
  /// The first pixel digest of a recipe and width is the one that counts. A picture with other
  /// pixels (of another kind of CPU, or a newer Atelier) is not stored unless `replace` is set.
  ///
  /// - Parameters:
  ///   - png: The PNG file to cache; `nil` records the digest alone.
  ///   - replace: Lets this picture take the place of one with other pixels.
  /// - Returns: Whether the picture is the recorded one.
  @discardableResult
  public func storeRender(
    of recipe: Digest, width: Int, pixelDigest: Digest, png: Data?, replace: Bool = false
  ) throws -> Bool {
    guard width > 0 else {
      throw ProjectError.invalidValue(
        what: "a render of width \(width)", reason: "the width is 1 or more")
    }
    return try write { db in
      try db.execute(
        sql: """
          INSERT INTO render (recipeDigest, width, pixelDigest, png, createdAt)
          VALUES (:recipe, :width, :pixels, :png, :now)
          ON CONFLICT (recipeDigest, width) DO UPDATE SET
            png = CASE WHEN pixelDigest = :pixels THEN coalesce(:png, png) ELSE :png END,
            pixelDigest = :pixels,
            createdAt = :now
            WHERE :replace OR pixelDigest = :pixels
          """,
        arguments: [
          "recipe": recipe.description, "width": width, "pixels": pixelDigest.description,
          "png": png, "now": Date(), "replace": replace,
        ])
      return db.changesCount > 0
    }
  }

  /// Every picture whose pixel digest is known, oldest first, without the PNGs.
  public func renders() throws -> [RenderRecord] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT recipeDigest, width, pixelDigest, NULL AS png, createdAt FROM render ORDER BY id
          """
      ).map(RenderRecord.init)
    }
  }

  /// Empties the cache and gives its room back to the disk; the pixel digests stay.
  ///
  /// - Returns: How many PNGs were removed.
  @discardableResult
  public func clearRenders() throws -> Int {
    let count = try write { db in
      try db.execute(sql: "UPDATE render SET png = NULL WHERE png IS NOT NULL")
      return db.changesCount
    }
    try writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA incremental_vacuum")
      // The file shrinks when the log moves into it; readers elsewhere may put that off.
      _ = try? db.checkpoint(.truncate)
    }
    return count
  }
}
