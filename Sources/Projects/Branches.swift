import GRDB

/// Branches: names on steps. The current one moves with edits, undo and redo.
extension Project {
  /// Puts a new branch on a step, or where the artwork stands; the artwork stays where it is.
  @discardableResult
  public func branch(
    _ artwork: String, named name: String, at step: Int64? = nil
  ) throws -> BranchRecord {
    let name = try Names.validated(name, as: .branch)
    return try write { db in
      let head = try db.head(of: artwork)
      let step = step ?? head.step
      guard try (1...db.lastStep(of: head)).contains(step) else {
        throw try db.unknownStep(step, head)
      }
      guard try !db.hasBranch(name, head) else {
        throw ProjectError.nameTaken(kind: .branch, name: name)
      }
      try db.execute(
        sql: "INSERT INTO branch (artwork, name, step, tip) VALUES (?, ?, ?, ?)",
        arguments: [head.artwork, name, step, step])
      return try db.branch(name, head)
    }
  }

  /// The branches of an artwork, by name.
  public func branches(of artwork: String) throws -> [BranchRecord] {
    try read { db in
      let head = try db.head(of: artwork)
      return try Row.fetchAll(
        db, sql: Database.selectBranch + " WHERE artwork.id = ? ORDER BY branch.name",
        arguments: [head.artwork]
      ).map(BranchRecord.init)
    }
  }

  /// Goes to another branch: the artwork stands on its step, and edits go there.
  @discardableResult
  public func switchTo(_ branch: String, of artwork: String) throws -> BranchRecord {
    let branch = Names.normalized(branch)
    return try write { db in
      let head = try db.head(of: artwork)
      _ = try db.branch(branch, head)
      try db.execute(
        sql: "UPDATE artwork SET currentBranch = ? WHERE id = ?",
        arguments: [branch, head.artwork])
      return try db.branch(branch, head)
    }
  }

  /// Removes a branch's name; its steps stay in the history. The current branch must stay.
  public func removeBranch(_ branch: String, of artwork: String) throws {
    let branch = Names.normalized(branch)
    try write { db in
      let head = try db.head(of: artwork)
      guard branch != head.branch else {
        throw ProjectError.currentBranch(artwork: head.name, branch: branch)
      }
      _ = try db.branch(branch, head)
      try db.execute(
        sql: "DELETE FROM branch WHERE artwork = ? AND name = ?",
        arguments: [head.artwork, branch])
    }
  }
}

extension Database {
  fileprivate static let selectBranch = """
    SELECT artwork.name AS artworkName, branch.name, branch.step,
      branch.name = artwork.currentBranch AS isCurrent
    FROM branch JOIN artwork ON artwork.id = branch.artwork
    """

  fileprivate func hasBranch(_ name: String, _ head: Head) throws -> Bool {
    try Bool.fetchOne(
      self, sql: "SELECT EXISTS (SELECT 1 FROM branch WHERE artwork = ? AND name = ?)",
      arguments: [head.artwork, name]) ?? false
  }

  fileprivate func branch(_ name: String, _ head: Head) throws -> BranchRecord {
    let row = try Row.fetchOne(
      self, sql: Self.selectBranch + " WHERE artwork.id = ? AND branch.name = ?",
      arguments: [head.artwork, name])
    guard let row else { throw try unknown(name, .branch, artwork: head.artwork) }
    return try BranchRecord(row: row)
  }
}
