import Foundation
import GRDB
import Tensors

/// An artwork: a named picture and where it stands in its history.
public struct ArtworkRecord: Hashable, Sendable {
  /// The name.
  public let name: String
  /// The number of the step that it stands on.
  public let head: Int64
  /// The digest of that step's recipe.
  public let recipe: Digest
  /// The branch that edits go to.
  public let currentBranch: String
  /// How many steps its history has, on all lines.
  public let stepCount: Int64
  /// Whether a step lies before the head.
  public let canUndo: Bool
  /// Whether steps were undone that can be redone.
  public let canRedo: Bool
  /// The tags, by name.
  public let tags: [String]
  /// A remark for people; may be empty.
  public let note: String
  /// Zero to five stars.
  public let stars: Int
  /// When it was added.
  public let createdAt: Date
  /// When its newest step was made.
  public let editedAt: Date

  init(row: Row, tags: [String]) throws {
    name = try row.value("name")
    head = try row.value("head")
    recipe = try row.digest("recipeDigest")
    currentBranch = try row.value("currentBranch")
    stepCount = try row.value("stepCount")
    canUndo = try row.optional("parent") as Int64? != nil
    canRedo = try row.value("tip") as Int64 > head
    self.tags = tags
    note = try row.value("note")
    stars = try row.value("stars")
    createdAt = try row.value("createdAt")
    editedAt = try row.value("editedAt")
  }
}
