import Editing
import Foundation
import GRDB
import Imaging
import Tensors

/// Where an artwork stands: the step of its current branch, and how far redo can go.
struct Head {
  let artwork: Int64
  let name: String
  let branch: String
  let step: Int64
  /// The last step of the line that was undone; the step itself where nothing was.
  let tip: Int64
}

/// The history of an artwork: steps are only ever added; undo and redo move a pointer.
extension Project {
  /// Edits an artwork: reads its recipe, changes it, appends a step and goes there, all in one
  /// transaction, so that edits from several places follow one another and none is lost.
  ///
  /// Steps that were undone before stay in the history, on a line of their own.
  ///
  /// - Parameters:
  ///   - name: The artwork.
  ///   - label: What the step is called in the history.
  ///   - attachments: Content to store in the same transaction, by digest.
  ///   - maps: Maps to store likewise.
  ///   - change: The edit. It may read from the project, and should be quick: others wait. If it
  ///     throws, nothing happens.
  @discardableResult
  public func apply(
    to name: String, label: String, attachments: [Digest: Tensor] = [:],
    maps: [IntegerMap] = [], _ change: (inout Recipe) throws -> Void
  ) throws -> StepRecord {
    try write { db in
      let head = try db.head(of: name)
      try db.store(attachments)
      for map in maps { try db.store(map) }
      var recipe = try recipe(head.step, of: head, db)
      try change(&recipe)
      let number = try db.lastStep(of: head) + 1
      try append(
        recipe, label: label, to: head.artwork, number: number, parent: head.step, db)
      return try db.move(head, to: number, tip: number)
    }
  }

  /// Goes back to the step before, or several steps back.
  @discardableResult
  public func undo(_ name: String, steps: Int = 1) throws -> StepRecord {
    try require(steps)
    return try write { db in
      let head = try db.head(of: name)
      var number = head.step
      for done in 0..<steps {
        guard let parent = try db.parent(of: number, head) else {
          throw ProjectError.nothingToUndo(artwork: head.name, asked: steps, available: done)
        }
        number = parent
      }
      return try db.move(head, to: number, tip: head.tip)
    }
  }

  /// Goes forward again along the line that was last undone on this branch.
  @discardableResult
  public func redo(_ name: String, steps: Int = 1) throws -> StepRecord {
    try require(steps)
    return try write { db in
      let head = try db.head(of: name)
      let ahead = try db.line(to: head.tip, head).prefix { $0 > head.step }
      guard steps <= ahead.count else {
        throw ProjectError.nothingToRedo(
          artwork: head.name, asked: steps, available: ahead.count)
      }
      return try db.move(head, to: ahead[ahead.count - steps], tip: head.tip)
    }
  }

  /// All steps of an artwork, on all lines, oldest first.
  public func history(of name: String) throws -> [StepRecord] {
    try read { db in
      let head = try db.head(of: name)
      let line = Set(try db.line(to: head.tip, head))
      let branches = try db.branchNames(head)
      let rows = try Row.fetchAll(
        db, sql: Database.selectStep + " WHERE step.artwork = ? ORDER BY step.number",
        arguments: [head.artwork])
      return try rows.map { row in
        let number: Int64 = try row.value("number")
        let place: StepRecord.Place =
          number == head.step
          ? .head : !line.contains(number) ? .elsewhere : number < head.step ? .before : .undone
        return try StepRecord(row: row, place: place, branches: branches[number] ?? [])
      }
    }
  }

  /// The recipe that an artwork stands on.
  public func recipe(of artwork: String) throws -> Recipe {
    try read { db in
      let head = try db.head(of: artwork)
      return try recipe(head.step, of: head, db)
    }
  }

  /// The recipe of one step of an artwork.
  public func recipe(of artwork: String, step: Int64) throws -> Recipe {
    try read { db in try recipe(step, of: db.head(of: artwork), db) }
  }

  /// The recipe with a digest; `nil` where no step has it.
  public func recipe(_ digest: Digest) throws -> Recipe? {
    try read { db in
      try Row.fetchOne(
        db, sql: "SELECT recipe, recipeDigest FROM step WHERE recipeDigest = ? LIMIT 1",
        arguments: [digest.description]
      ).map { try recipe(in: $0, of: "the step with recipe \(digest)") }
    }
  }

  private func recipe(_ step: Int64, of head: Head, _ db: Database) throws -> Recipe {
    let row = try Row.fetchOne(
      db, sql: "SELECT recipe, recipeDigest FROM step WHERE artwork = ? AND number = ?",
      arguments: [head.artwork, step])
    guard let row else { throw try db.unknownStep(step, head) }
    return try recipe(in: row, of: "step \(step) of '\(head.name)'")
  }

  /// The recipe in a row's `recipe`, checked against its digest.
  func recipe(in row: Row, of place: String) throws -> Recipe {
    let json = Data((try row.value("recipe") as String).utf8)
    guard try Digest(of: json) == row.digest("recipeDigest") else {
      throw ProjectError.corrupt(path: url.path, reason: "the recipe of \(place) has changed")
    }
    return try Recipe(json: json)
  }

  private func require(_ steps: Int) throws {
    guard steps > 0 else {
      throw ProjectError.invalidValue(
        what: "a move by \(steps) steps", reason: "the number of steps is 1 or more")
    }
  }
}

extension Database {
  fileprivate static let selectStep = """
    SELECT artwork.name AS artworkName, step.number, step.parent, step.label, step.recipeDigest,
      step.createdAt
    FROM step JOIN artwork ON artwork.id = step.artwork
    """

  /// Where an artwork stands.
  func head(of name: String) throws -> Head {
    let name = Names.normalized(name)
    let row = try Row.fetchOne(
      self,
      sql: """
        SELECT artwork.id, artwork.currentBranch, branch.step, branch.tip
        FROM artwork
        JOIN branch ON branch.artwork = artwork.id AND branch.name = artwork.currentBranch
        WHERE artwork.name = ?
        """, arguments: [name])
    guard let row else { throw try unknown(name, .artwork) }
    return try Head(
      artwork: row.value("id"), name: name, branch: row.value("currentBranch"),
      step: row.value("step"), tip: row.value("tip"))
  }

  /// Moves the current branch, and with it the artwork.
  func move(_ head: Head, to step: Int64, tip: Int64) throws -> StepRecord {
    try execute(
      sql: "UPDATE branch SET step = ?, tip = ? WHERE artwork = ? AND name = ?",
      arguments: [step, tip, head.artwork, head.branch])
    let row = try Row.fetchOne(
      self, sql: Self.selectStep + " WHERE step.artwork = ? AND step.number = ?",
      arguments: [head.artwork, step])
    guard let row else { throw try unknownStep(step, head) }
    return try StepRecord(row: row, place: .head, branches: branchNames(head)[step] ?? [])
  }

  /// The numbers from `tip` back to the first step.
  func line(to tip: Int64, _ head: Head) throws -> [Int64] {
    try Int64.fetchAll(
      self,
      sql: """
        WITH RECURSIVE line (number) AS (
          SELECT ? UNION
          SELECT step.parent FROM line
          JOIN step ON step.artwork = ? AND step.number = line.number
          WHERE step.parent IS NOT NULL)
        SELECT number FROM line ORDER BY number DESC
        """, arguments: [tip, head.artwork])
  }

  func lastStep(of head: Head) throws -> Int64 {
    try Int64.fetchOne(
      self, sql: "SELECT max(number) FROM step WHERE artwork = ?", arguments: [head.artwork]) ?? 0
  }

  func unknownStep(_ step: Int64, _ head: Head) throws -> ProjectError {
    .unknownStep(artwork: head.name, step: step, last: try lastStep(of: head))
  }

  fileprivate func parent(of step: Int64, _ head: Head) throws -> Int64? {
    try Int64.fetchOne(
      self, sql: "SELECT parent FROM step WHERE artwork = ? AND number = ?",
      arguments: [head.artwork, step])
  }

  fileprivate func branchNames(_ head: Head) throws -> [Int64: [String]] {
    let rows = try Row.fetchAll(
      self, sql: "SELECT name, step FROM branch WHERE artwork = ? ORDER BY name",
      arguments: [head.artwork])
    return try rows.reduce(into: [:]) { names, row in
      names[try row.value("step"), default: []].append(try row.value("name"))
    }
  }
}
