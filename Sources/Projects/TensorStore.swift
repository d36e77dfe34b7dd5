import Foundation
import GRDB
import Tensors

/// Content by digest: a tensor is stored once, is never changed or removed, and is checked
/// against its digest whenever it is read.
extension Project {
  /// Stores a tensor (float32, at most 1 GB) and gives its digest; what is there already stays.
  @discardableResult
  public func store(_ tensor: Tensor) throws -> Digest {
    try write { db in try db.store(tensor) }
  }

  /// The tensor with a digest.
  ///
  /// Throws ``ProjectError/missingTensor(digest:path:)`` where the project does not hold it, and
  /// ``ProjectError/corruptTensor(path:digest:reason:)`` where its bytes have changed.
  public func tensor(_ digest: Digest) throws -> Tensor {
    try read { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT shape, bytes FROM tensor WHERE digest = ?",
        arguments: [digest.description])
      guard let row else { throw ProjectError.missingTensor(digest: digest, path: url.path) }
      return try tensor(in: row, digest: digest)
    }
  }

  /// Whether the project holds a tensor.
  public func contains(_ digest: Digest) throws -> Bool {
    try read { db in try db.contains(digest) }
  }

  /// The tensor in a row's `shape` and `bytes`, checked against its digest.
  func tensor(in row: Row, digest: Digest) throws -> Tensor {
    func damaged(_ reason: String) -> ProjectError {
      .corruptTensor(path: url.path, digest: digest, reason: reason)
    }
    guard let text: String = try? row.value("shape"), let shape = Shape(stored: text) else {
      throw damaged("its shape cannot be read")
    }
    let bytes: Data = try row.value("bytes")
    let expected = shape.count * MemoryLayout<Float>.stride
    guard bytes.count == expected else {
      throw damaged("it has \(bytes.count) bytes, but its shape \(shape) needs \(expected)")
    }
    let tensor = Tensor(uninitialized: shape) { destination in
      _ = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(destination))
    }
    let found = Digest(of: tensor)
    guard found == digest else { throw damaged("its content now has the digest \(found)") }
    return tensor
  }
}

extension Database {
  /// Stores a tensor unless it is there.
  @discardableResult
  func store(_ tensor: Tensor) throws -> Digest {
    let digest = Digest(of: tensor)
    if try contains(digest) { return digest }
    try execute(
      sql: "INSERT INTO tensor (digest, dtype, shape, bytes) VALUES (?, 'f32', ?, ?)",
      arguments: [
        digest.description, tensor.shape.description, tensor.withUnsafeBuffer { Data(buffer: $0) },
      ])
    return digest
  }

  /// Stores tensors under the digests that they were handed over with.
  func store(_ attachments: [Digest: Tensor]) throws {
    for (digest, tensor) in attachments {
      let stored = try store(tensor)
      guard stored == digest else {
        throw ProjectError.wrongAttachment(expected: digest, found: stored)
      }
    }
  }

  /// Whether a tensor is stored.
  func contains(_ digest: Digest) throws -> Bool {
    try Bool.fetchOne(
      self, sql: "SELECT EXISTS (SELECT 1 FROM tensor WHERE digest = ?)",
      arguments: [digest.description]) ?? false
  }
}
