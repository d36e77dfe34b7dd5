import Foundation
import GRDB
import Tensors

/// A name for a stored tensor: a row of one of the tables of kept latents and directions.
protocol KeptContent: Sendable {
  /// The table, which is also what its names are.
  static var kind: NameKind { get }
  /// Columns beside those of the table, as SQL.
  static var furtherColumns: [String] { get }

  /// A row with the columns of the table, and `shape` of its tensor.
  init(row: Row) throws
}

extension KeptContent {
  static var furtherColumns: [String] { [] }
}

extension Database {
  private func select<Kept: KeptContent>(_: Kept.Type) -> String {
    // The table is one of a fixed list, never text from outside.
    let table = Kept.kind.rawValue
    let columns = (["\(table).*", "tensor.shape"] + Kept.furtherColumns).joined(separator: ", ")
    return "SELECT \(columns) FROM \(table) "
      + "JOIN tensor ON tensor.digest = \(table).tensor"
  }

  /// Gives a tensor a name that has passed ``Names/validated(_:as:)``.
  ///
  /// - Parameters:
  ///   - columns: What the table has beside name, tensor, network and time.
  ///   - replace: Gives the name to this tensor even if another has it; the other's content stays.
  func keep<Kept: KeptContent>(
    _ tensor: Tensor, named name: String, network: Digest?, columns: KeyValuePairs<String, String>,
    replace: Bool
  ) throws -> Kept {
    let kind = Kept.kind
    if try has(kind, named: name) {
      guard replace else { throw ProjectError.nameTaken(kind: kind, name: name) }
      try remove(kind, name)
    }
    let names = ["name", "tensor", "network", "createdAt"] + columns.map(\.key)
    let marks = names.map { _ in "?" }.joined(separator: ", ")
    let values: [(any DatabaseValueConvertible)?] =
      [name, try store(tensor).description, network?.description, Date()] + columns.map(\.value)
    try execute(
      sql: "INSERT INTO \(kind.rawValue) (\(names.joined(separator: ", "))) VALUES (\(marks))",
      arguments: StatementArguments(values))
    return try kept(named: name)
  }

  /// What has a name.
  func kept<Kept: KeptContent>(named name: String) throws -> Kept {
    let name = Names.normalized(name)
    let row = try Row.fetchOne(
      self, sql: select(Kept.self) + " WHERE \(Kept.kind.rawValue).name = ?", arguments: [name])
    guard let row else { throw try unknown(name, Kept.kind) }
    return try Kept(row: row)
  }

  /// Everything in the table, by name.
  func allKept<Kept: KeptContent>() throws -> [Kept] {
    try Row.fetchAll(self, sql: select(Kept.self) + " ORDER BY \(Kept.kind.rawValue).name")
      .map(Kept.init)
  }
}
