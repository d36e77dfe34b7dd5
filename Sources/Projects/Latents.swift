import Editing
import Foundation
import Tensors

extension Project {
  /// Keeps a latent under a name; stores its tensor in the same transaction.
  ///
  /// - Parameters:
  ///   - tensor: `[zDim]`, `[wDim]` or `[rows, wDim]`, as `space` says.
  ///   - name: Its name among the latents.
  ///   - space: The space that it lives in.
  ///   - network: The network that it belongs to, where known.
  ///   - note: A remark for people.
  ///   - replace: Gives the name to this latent even if another has it; the other's content stays.
  ///   - companions: The tuning and the noise maps that belong to it.
  ///   - attachments: Their content, where the project does not hold it yet.
  @discardableResult
  public func keep(
    _ tensor: Tensor, named name: String, space: LatentSpace, network: Digest? = nil,
    note: String = "", replace: Bool = false, companions: LatentCompanions = .none,
    attachments: [Digest: Tensor] = [:]
  ) throws -> LatentRecord {
    let name = try Names.validated(name, as: .latent)
    let note = try Names.text(note, what: "the note of '\(name)'")
    return try write { db in
      try db.store(attachments)
      let kept: LatentRecord = try db.keep(
        tensor, named: name, network: network, columns: ["space": space.rawValue, "note": note],
        replace: replace)
      for (kind, digest) in [("tuning", companions.tuning), ("noise", companions.noise)] {
        guard let digest else { continue }
        guard try db.contains(digest) else {
          throw ProjectError.missingTensor(digest: digest, path: url.path)
        }
        try db.execute(
          sql: """
            INSERT INTO latentCompanion (latent, kind, tensor)
            SELECT id, ?, ? FROM latent WHERE name = ?
            """,
          arguments: [kind, digest.description, kept.name])
      }
      return try db.kept(named: kept.name)
    }
  }

  /// The latent with a name.
  public func latent(named name: String) throws -> LatentRecord {
    try read { db in try db.kept(named: name) }
  }

  /// All latents, by name.
  public func latents() throws -> [LatentRecord] {
    try read { db in try db.allKept() }
  }

  /// Gives a latent another name.
  public func renameLatent(_ name: String, to newName: String) throws {
    try write { db in try db.rename(.latent, name, to: newName) }
  }

  /// Forgets a latent's name; its tensor stays for the recipes that use it.
  public func removeLatent(_ name: String) throws {
    try write { db in try db.remove(.latent, name) }
  }
}
