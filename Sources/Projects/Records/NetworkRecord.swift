import Foundation
import GRDB
import Tensors

/// A network that the project's recipes and latents belong to; its weights stay in their own file.
public struct NetworkRecord: Hashable, Sendable, Codable {
  /// The digest of the network's file.
  public var digest: Digest
  /// The family, such as `stylegan2`.
  public var family: String
  /// A name for people, such as `faces-1024`.
  public var name: String
  /// Where the file was last seen; a hint, the digest decides.
  public var path: String
  /// The family's configuration as JSON.
  public var configuration: String
  /// The licence of the weights; empty where unknown.
  public var licence: String
  /// When it was first added.
  public var createdAt: Date

  /// A network; see the properties.
  public init(
    digest: Digest, family: String, name: String, path: String, configuration: String,
    licence: String = "", createdAt: Date = Date()
  ) {
    self.digest = digest
    self.family = family
    self.name = name
    self.path = path
    self.configuration = configuration
    self.licence = licence
    self.createdAt = createdAt
  }

  init(row: Row) throws {
    digest = try row.digest("digest")
    family = try row.value("family")
    name = try row.value("name")
    path = try row.value("path")
    configuration = try row.value("configuration")
    licence = try row.value("licence")
    createdAt = try row.value("createdAt")
  }
}
