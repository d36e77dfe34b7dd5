import Foundation
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
    let kept = try keepDirections(
      [NewDirection(tensor: tensor, name: name, method: method, parameters: parameters)],
      network: network, replace: replace)
    return kept[0]
  }

  /// Keeps several directions in one transaction: all of them, or none where a name is taken.
  @discardableResult
  public func keepDirections(
    _ directions: [NewDirection], network: Digest? = nil, replace: Bool = false
  ) throws -> [DirectionRecord] {
    let checked = try directions.map { direction in
      let name = try Names.validated(direction.name, as: .direction)
      return NewDirection(
        tensor: direction.tensor, name: name,
        method: try Names.text(direction.method, what: "the method of '\(name)'"),
        parameters: try Names.text(direction.parameters, what: "the parameters of '\(name)'"))
    }
    return try write { db in
      try checked.map { direction in
        try db.keep(
          direction.tensor, named: direction.name, network: network,
          columns: ["method": direction.method, "parameters": direction.parameters],
          replace: replace)
      }
    }
  }

  /// The direction with a name.
  public func direction(named name: String) throws -> DirectionRecord {
    try read { db in try db.kept(named: name) }
  }

  /// All directions, by name.
  public func directions() throws -> [DirectionRecord] {
    try read { db in try db.allKept() }
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

/// A direction that is to be kept.
public struct NewDirection: Sendable {
  /// `[wDim]` or `[rows, wDim]`.
  public let tensor: Tensor
  /// Its name among the directions.
  public let name: String
  /// How it was found, such as `sefa`.
  public let method: String
  /// The method's parameters as JSON; may be empty.
  public let parameters: String

  /// A direction; see the properties.
  public init(tensor: Tensor, name: String, method: String, parameters: String = "") {
    self.tensor = tensor
    self.name = name
    self.method = method
    self.parameters = parameters
  }
}
