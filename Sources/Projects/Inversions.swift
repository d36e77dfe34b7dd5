import Foundation
import GRDB
import Tensors

/// An inversion kept in a project: what is inverted how, and how far it has come.
public struct InversionRecord: Hashable, Sendable {
  /// Its name, which its latent gets at the end.
  public let name: String
  /// The network.
  public let network: Digest
  /// The digest of the target's pixels.
  public let target: Digest
  /// How it is done, as JSON; an inversion goes on only with the same.
  public let settings: String
  /// The steps made.
  public let step: Int
  /// The seconds that they took, over all sittings.
  public let seconds: Double
  /// Whether every step is done.
  public let isFinished: Bool

  init(row: Row) throws {
    name = try row.value("name")
    network = try row.digest("network")
    target = try row.digest("target")
    settings = try row.value("settings")
    step = try row.value("step")
    seconds = try row.value("seconds")
    isFinished = try row.value("isFinished") as Int == 1
  }
}

/// Long work that goes on where it was stopped: its whole state, replaced at every store.
extension Project {
  /// Begins an inversion; its name must be free.
  public func beginInversion(
    named name: String, network: Digest, target: Digest, settings: String
  ) throws -> InversionRecord {
    let name = try Names.validated(name, as: .inversion)
    let settings = try Names.text(settings, what: "the settings of '\(name)'")
    return try write { db in
      guard try !db.has(.inversion, named: name) else {
        throw ProjectError.nameTaken(kind: .inversion, name: name)
      }
      try db.execute(
        sql: """
          INSERT INTO inversion
            (name, network, target, settings, step, counters, seconds, isFinished, createdAt)
          VALUES (?, ?, ?, ?, 0, '', 0, 0, ?)
          """,
        arguments: [name, network.description, target.description, settings, Date()])
      return try db.inversion(named: name)
    }
  }

  /// The inversion of a name, `nil` if there is none.
  public func inversion(named name: String) throws -> InversionRecord? {
    try read { db in
      let name = Names.normalized(name)
      return try db.has(.inversion, named: name) ? db.inversion(named: name) : nil
    }
  }

  /// All inversions, by name.
  public func inversions() throws -> [InversionRecord] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM inversion ORDER BY name").map(InversionRecord.init)
    }
  }

  /// Stores how far an inversion has come in place of what was stored before; one transaction.
  ///
  /// - Parameters:
  ///   - name: The inversion.
  ///   - step: The steps made.
  ///   - counters: Its numbers as text.
  ///   - tensors: Its tensors by name, each name once.
  ///   - seconds: What was spent on it so far.
  ///   - settings: How it is done, where that has changed since it began.
  ///   - isFinished: Whether every step is done.
  public func storeInversion(
    _ name: String, step: Int, counters: String, tensors: [(name: String, tensor: Tensor)],
    seconds: Double, settings: String? = nil, isFinished: Bool
  ) throws {
    let name = Names.normalized(name)
    let settings = try settings.map { try Names.text($0, what: "the settings of '\(name)'") }
    let counters = try Names.text(counters, what: "the state of '\(name)'")
    try write { db in
      guard let id = try db.inversionID(name) else { throw try db.unknown(name, .inversion) }
      try db.execute(
        sql: """
          UPDATE inversion SET step = ?, counters = ?, seconds = ?, isFinished = ? WHERE id = ?
          """,
        arguments: [step, counters, seconds, isFinished ? 1 : 0, id])
      if let settings {
        try db.execute(
          sql: "UPDATE inversion SET settings = ? WHERE id = ?", arguments: [settings, id])
      }
      try db.execute(sql: "DELETE FROM inversionPart WHERE inversion = ?", arguments: [id])
      for (part, tensor) in tensors {
        try db.execute(
          sql: """
            INSERT INTO inversionPart (inversion, name, digest, shape, bytes)
            VALUES (?, ?, ?, ?, ?)
            """,
          arguments: [
            id, part, Digest(of: tensor).description, tensor.shape.description,
            tensor.withUnsafeBuffer { Data(buffer: $0) },
          ])
      }
    }
  }

  /// What ``storeInversion(_:step:counters:tensors:seconds:settings:isFinished:)`` stored last; `nil` where
  /// nothing was stored yet. Tensors are checked against their digests.
  public func inversionState(
    of name: String
  ) throws -> (counters: String, tensors: [String: Tensor])? {
    try read { db in
      let name = Names.normalized(name)
      guard let id = try db.inversionID(name),
        let counters = try String.fetchOne(
          db, sql: "SELECT counters FROM inversion WHERE id = ?", arguments: [id]),
        !counters.isEmpty
      else { return nil }
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM inversionPart WHERE inversion = ?", arguments: [id])
      var tensors: [String: Tensor] = [:]
      for row in rows {
        tensors[try row.value("name")] = try tensor(in: row, digest: row.digest("digest"))
      }
      return (counters, tensors)
    }
  }

  /// Forgets an inversion and its state; a latent that it gave stays.
  public func removeInversion(_ name: String) throws {
    let name = Names.normalized(name)
    try write { db in
      if let id = try db.inversionID(name) {
        try db.execute(sql: "DELETE FROM inversionPart WHERE inversion = ?", arguments: [id])
      }
      try db.remove(.inversion, name)
    }
  }
}

extension Database {
  fileprivate func inversion(named name: String) throws -> InversionRecord {
    let row = try Row.fetchOne(
      self, sql: "SELECT * FROM inversion WHERE name = ?", arguments: [name])
    guard let row else { throw try unknown(name, .inversion) }
    return try InversionRecord(row: row)
  }

  fileprivate func inversionID(_ name: String) throws -> Int64? {
    try Int64.fetchOne(self, sql: "SELECT id FROM inversion WHERE name = ?", arguments: [name])
  }
}
