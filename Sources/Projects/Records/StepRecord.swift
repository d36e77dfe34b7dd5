import Foundation
import GRDB
import Tensors

/// One step of an artwork's history: a recipe that was reached, and from where.
public struct StepRecord: Hashable, Sendable, Identifiable {
  /// The artwork's name.
  public let artwork: String
  /// The step's number in the artwork, from 1; what people type.
  public let id: Int64
  /// The step that it was made from; `nil` for the first.
  public let parent: Int64?
  /// What was done.
  public let label: String
  /// The digest of the recipe.
  public let recipe: Digest
  /// When it was done.
  public let createdAt: Date
  /// Whether the artwork stands here.
  public let isHead: Bool
  /// Whether it lies on the line from the first step to the head.
  public let onCurrentLine: Bool
  /// Whether it was undone and ``Project/redo(_:steps:)`` comes by here.
  public let isUndone: Bool
  /// The branches that stand here, by name.
  public let branches: [String]

  init(row: Row, place: Place, branches: [String]) throws {
    artwork = try row.value("artworkName")
    id = try row.value("number")
    parent = try row.optional("parent")
    label = try row.value("label")
    recipe = try row.digest("recipeDigest")
    createdAt = try row.value("createdAt")
    isHead = place == .head
    onCurrentLine = place == .head || place == .before
    isUndone = place == .undone
    self.branches = branches
  }

  /// Where a step lies as seen from the head.
  enum Place { case before, head, undone, elsewhere }
}
