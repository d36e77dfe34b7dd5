import Foundation
import GRDB
import Tensors

/// A kept style of an instance: a name for a stored vector, with its class and where it comes from.
public struct StyleRecord: Hashable, Sendable {
  /// The name, such as `red matte`.
  public let name: String
  /// The class of the instance that it was found on.
  public let label: Int32
  /// The digest of its tensor.
  public let tensor: Digest
  /// The tensor's shape, `[features]`.
  public let shape: Shape
  /// The network that it belongs to, where known.
  public let network: Digest?
  /// The digest of the pixels of the picture that it was found in, where there is one.
  public let source: Digest?
  /// A small PNG of the instance; `nil` where there is none.
  public let thumbnail: Data?
  /// The tags, by name.
  public let tags: [String]
  /// A remark for people; may be empty.
  public let note: String
  /// When it was kept.
  public let createdAt: Date

  init(row: Row, tags: [String]) throws {
    name = try row.value("name")
    label = try row.value("label")
    tensor = try row.digest("tensor")
    shape = try row.shape("shape")
    network = try row.optionalDigest("network")
    source = try row.optionalDigest("source")
    thumbnail = try row.optional("thumbnail")
    self.tags = tags
    note = try row.value("note")
    createdAt = try row.value("createdAt")
  }
}

/// A named table of styles: those of one photograph's instances, or the centres of clusters.
public struct StyleTableRecord: Hashable, Sendable {
  /// The name.
  public let name: String
  /// The digest of its tensor.
  public let tensor: Digest
  /// The tensor's shape: `[instances, 3 + features]`, or `[centres, 1 + features]` for clusters.
  public let shape: Shape
  /// The network that it belongs to, where known.
  public let network: Digest?
  /// The digest of the photograph's pixels, or of the file that clusters were imported from.
  public let source: Digest?
  /// What it was made of, for people.
  public let note: String
  /// When it was kept.
  public let createdAt: Date

  init(row: Row) throws {
    name = try row.value("name")
    tensor = try row.digest("tensor")
    shape = try row.shape("shape")
    network = try row.optionalDigest("network")
    source = try row.optionalDigest("source")
    note = try row.value("note")
    createdAt = try row.value("createdAt")
  }
}
