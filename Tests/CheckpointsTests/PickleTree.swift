import Checkpoints
import Foundation

/// A pickle's value, or what one is expected to be, in a form that compares.
indirect enum PickleTree: Equatable {
  case none
  case boolean(Bool)
  case integer(String)
  case real(UInt64)
  case string(String)
  case bytes(String)
  case sequence(String, [PickleTree])
  case mapping(String, [[PickleTree]])
  case other(String)

  /// A value, fully unfolded; the caller knows that it is small and free of cycles.
  init(_ value: PickleValue) {
    switch value.contents {
    case .none: self = .none
    case .boolean(let flag): self = .boolean(flag)
    case .integer(let number): self = .integer(String(number))
    case .bigInteger(let digits): self = .integer(digits)
    case .real(let number): self = .real(number.bitPattern)
    case .string(let text): self = .string(text)
    case .bytes(let data): self = .bytes(data.map { Self.hexadecimal($0) }.joined())
    case .list(let items): self = .sequence("list", items.map(Self.init))
    case .tuple(let items): self = .sequence("tuple", items.map(Self.init))
    case .set(let items): self = .sequence("set", Self.sorted(items.map(Self.init)))
    case .frozenSet(let items): self = .sequence("frozenset", Self.sorted(items.map(Self.init)))
    case .dictionary(let entries):
      self = .mapping("dict", entries.map { [Self($0.key), Self($0.value)] })
    case .orderedDictionary(let entries):
      self = .mapping("OrderedDict", entries.map { [Self($0.key), Self($0.value)] })
    default: self = .other("\(value.contents)")
    }
  }

  /// The expectation of a `case.json`: `{"int": "7"}`, `{"list": […]}`, `null` …
  init(expected: Any) {
    if let flag = expected as? Bool {
      self = .boolean(flag)
      return
    }
    guard let (kind, content) = (expected as? [String: Any])?.first else {
      self = .none
      return
    }
    let items = content as? [Any] ?? []
    switch kind {
    case "int": self = .integer(content as? String ?? "?")
    case "float": self = .real(Double(content as? String ?? "")?.bitPattern ?? 1)
    case "str": self = .string(content as? String ?? "?")
    case "bytes": self = .bytes(content as? String ?? "?")
    case "dict", "OrderedDict":
      self = .mapping(kind, items.map { ($0 as? [Any] ?? []).map { Self(expected: $0) } })
    default: self = .sequence(kind, items.map { Self(expected: $0) })
    }
  }

  /// Plain JSON as Python's `json` writes tuples, lists and words.
  init(json: Any) {
    switch json {
    case let number as NSNumber where Self.isBoolean(number): self = .boolean(number.boolValue)
    case let number as NSNumber:
      let value = number.doubleValue
      self = value == value.rounded() ? .integer(number.stringValue) : .real(value.bitPattern)
    case let text as String: self = .string(text)
    case let items as [Any]: self = .sequence("list", items.map { Self(json: $0) })
    default: self = .none
    }
  }

  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c"
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  private static func sorted(_ items: [PickleTree]) -> [PickleTree] {
    items.sorted { "\($0)" < "\($1)" }
  }
}
