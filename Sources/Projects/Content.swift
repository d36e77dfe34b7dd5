import Editing
import GRDB
import Tensors

/// A project delivers the content that recipes name.
extension Project: ContentSource {
  /// What kept latents, directions and styles are called, by digest; of several names the oldest.
  public func contentNames() throws -> [Digest: String] {
    try read { db in
      var names: [Digest: String] = [:]
      for table in ["clusters", "encoding", "style", "direction", "latent"] {
        for row in try Row.fetchAll(db, sql: "SELECT tensor, name FROM \(table) ORDER BY id DESC") {
          names[try row.digest("tensor")] = try row.value("name") as String
        }
      }
      return names
    }
  }
}
