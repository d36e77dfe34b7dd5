import Foundation
import GRDB
import Tensors

extension Project {
  /// Keeps a direction under a name; stores its tensor in the same transaction.
  ///
  /// - Parameters:
  ///   - tensor: `[wDim]` or `[rows, wDim]`.
  ///   - name: Its name among the directions.
  ///   - method: How it was found, such as `sefa`.
  ///   - parameters: The method's parameters as JSON.
  ///   - network: The network that it belongs to, where known.
  ///   - replace: Gives the name to this direction even if another has it.
  @discardableResult
  public func keepDirection(
    _ tensor: Tensor, named name: String, method: String, parameters: String = "",
    network: Digest? = nil, replace: Bool = false
  ) throws -> DirectionRecord {
    let name = try Names.validated(name, as: .direction)
    let method = try Names.text(method, what: "the method of '\(name)'")
    let parameters = try Names.text(parameters, what: "the parameters of '\(name)'")
    return try write { db in
      if try db.has(.direction, named: name) {
        guard replace else { throw ProjectError.nameTaken(kind: .direction, name: name) }
        try db.remove(.direction, name)
      }
      try db.execute(
        sql: """
          INSERT INTO direction (name, method, parameters, tensor, network, createdAt)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          name, method, parameters, try db.store(tensor).description, network?.description, Date(),
        ])
      return try db.direction(named: name)
    }
  }

  /// The direction with a name.
  public func direction(named name: String) throws -> DirectionRecord {
    try read { db in try db.direction(named: Names.normalized(name)) }
  }

  /// All directions, by name.
  public func directions() throws -> [DirectionRecord] {
    try read { db in
      try Row.fetchAll(db, sql: Database.selectDirection + " ORDER BY direction.name")
        .map(DirectionRecord.init)
    }
  }

  /// Gives a direction another name.
  public func renameDirection(_ name: String, to newName: String) throws {
    try write { db in try db.rename(.direction, name, to: newName) }
  }

  /// Forgets a direction's name; its tensor stays for the recipes that use it.
  public func removeDirection(_ name: String) throws {
    try write { db in try db.remove(.direction, name) }
  }
}

extension Database {
  fileprivate static let selectDirection = """
    SELECT direction.*, tensor.shape
    FROM direction JOIN tensor ON tensor.digest = direction.tensor
    """

  fileprivate func direction(named name: String) throws -> DirectionRecord {
    let row = try Row.fetchOne(
      self, sql: Self.selectDirection + " WHERE direction.name = ?", arguments: [name])
    guard let row else { throw try unknown(name, .direction) }
    return try DirectionRecord(row: row)
  }
}
