import Foundation
import GRDB
import Tensors

/// Reading columns without trusting the file: a wrong type is an error, never a trap.
extension Row {
  /// The value of a column that is never NULL.
  func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
    guard let value: Value = try optional(column) else {
      throw UnreadableColumn(column: column, reason: "is empty")
    }
    return value
  }

  /// The value of a column that may be NULL.
  func optional<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
    guard hasColumn(column) else { throw UnreadableColumn(column: column, reason: "is missing") }
    let stored: DatabaseValue = self[column]
    if stored.isNull { return nil }
    guard let value = Value.fromDatabaseValue(stored) else {
      throw UnreadableColumn(column: column, reason: "does not hold a \(Value.self)")
    }
    return value
  }

  /// The digest in a column that is never NULL.
  func digest(_ column: String) throws -> Digest {
    guard let digest = try optionalDigest(column) else {
      throw UnreadableColumn(column: column, reason: "is empty")
    }
    return digest
  }

  /// The digest in a column that may be NULL.
  func optionalDigest(_ column: String) throws -> Digest? {
    guard let text: String = try optional(column) else { return nil }
    guard let digest = Digest(text) else {
      throw UnreadableColumn(column: column, reason: "does not hold a digest")
    }
    return digest
  }

  /// The tensor shape in a column, such as `[18, 512]`.
  func shape(_ column: String) throws -> Shape {
    let text: String = try value(column)
    guard let shape = Shape(stored: text) else {
      throw UnreadableColumn(column: column, reason: "does not hold a shape")
    }
    return shape
  }
}

extension Shape {
  /// Reads `[18, 512]`; `nil` for anything else and for more elements than memory can hold.
  init?(stored text: String) {
    guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
    let inner = text.dropFirst().dropLast()
    var dimensions: [Int] = []
    var count = 1
    for part in inner.split(separator: ",", omittingEmptySubsequences: inner.isEmpty) {
      guard let extent = Int(part.trimmingCharacters(in: .whitespaces)), extent >= 0 else {
        return nil
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Int.max / MemoryLayout<Float>.stride else { return nil }
      count = product
      dimensions.append(extent)
    }
    self.init(dimensions)
  }
}
