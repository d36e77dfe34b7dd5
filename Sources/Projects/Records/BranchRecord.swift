import GRDB

/// A branch of an artwork: a name on a step.
public struct BranchRecord: Hashable, Sendable {
  /// The artwork's name.
  public let artwork: String
  /// The branch's name; every artwork begins on `main`.
  public let name: String
  /// The number of the step that it stands on.
  public let step: Int64
  /// Whether the artwork's edits go here.
  public let isCurrent: Bool

  init(row: Row) throws {
    artwork = try row.value("artworkName")
    name = try row.value("name")
    step = try row.value("step")
    isCurrent = try row.value("isCurrent")
  }
}
