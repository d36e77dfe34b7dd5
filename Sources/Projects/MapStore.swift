import Foundation
import GRDB
import Imaging
import Tensors

/// Maps by digest: stored once, never changed or removed, and checked against the digest whenever
/// they are read.
extension Project {
  /// Stores a label map, an instance map or a mask and gives its digest; what is there already stays.
  @discardableResult
  public func store(_ map: IntegerMap) throws -> Digest {
    try write { db in try db.store(map) }
  }

  /// The map with a digest.
  ///
  /// Throws ``ProjectError/missingMap(digest:path:)`` where the project does not hold it, and
  /// ``ProjectError/corruptMap(path:digest:reason:)`` where its bytes have changed.
  public func map(_ digest: Digest) throws -> IntegerMap {
    try read { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT png FROM map WHERE digest = ?", arguments: [digest.description])
      guard let row else { throw ProjectError.missingMap(digest: digest, path: url.path) }
      return try map(in: row, digest: digest)
    }
  }

  /// The map in a row's `png`, checked against its digest.
  func map(in row: Row, digest: Digest) throws -> IntegerMap {
    func damaged(_ reason: String) -> ProjectError {
      .corruptMap(path: url.path, digest: digest, reason: reason)
    }
    let map: IntegerMap
    do {
      map = try IntegerMap(packed: try row.value("png") as Data, named: "map \(digest.short)")
    } catch let error as ImagingError {
      throw damaged(error.description)
    }
    guard map.digest == digest else {
      throw damaged("its content now has the digest \(map.digest)")
    }
    return map
  }
}

extension Database {
  /// Stores a map unless it is there.
  @discardableResult
  func store(_ map: IntegerMap) throws -> Digest {
    let digest = map.digest
    if try containsMap(digest) { return digest }
    try execute(
      sql: "INSERT INTO map (digest, width, height, png) VALUES (?, ?, ?, ?)",
      arguments: [digest.description, map.width, map.height, try map.packed()])
    return digest
  }

  /// Whether a map is stored.
  func containsMap(_ digest: Digest) throws -> Bool {
    try Bool.fetchOne(
      self, sql: "SELECT EXISTS (SELECT 1 FROM map WHERE digest = ?)",
      arguments: [digest.description]) ?? false
  }
}
