import Foundation

/// A plain value from a pickle: numbers, text, containers and tensors, never code.
///
/// Containers have reference semantics underneath and may hold themselves, so look at one level
/// at a time with `contents`, or pick parts by key and index.
public struct PickleValue: Sendable {
  let heap: PickleHeap
  let slot: PickleHeap.Slot

  /// One level of a value.
  public enum Contents: Sendable {
    /// Python's `None`.
    case none
    /// A truth value.
    case boolean(Bool)
    /// An integer of up to 64 bits.
    case integer(Int64)
    /// A larger integer, in decimal digits.
    case bigInteger(String)
    /// A floating-point number.
    case real(Double)
    /// A complex number.
    case complex(real: Double, imaginary: Double)
    /// Text.
    case string(String)
    /// Bytes.
    case bytes(Data)
    /// A list.
    case list([PickleValue])
    /// A tuple; also `torch.Size`.
    case tuple([PickleValue])
    /// A set, in the file's order.
    case set([PickleValue])
    /// A frozen set, in the file's order.
    case frozenSet([PickleValue])
    /// A dictionary, in the file's order.
    case dictionary([(key: PickleValue, value: PickleValue)])
    /// A `collections.OrderedDict`.
    case orderedDictionary([(key: PickleValue, value: PickleValue)])
    /// An instance of a class, of which only the name and the plain state are kept.
    case object(className: String, state: PickleValue)
    /// A tensor or array.
    case tensor(StoredTensor)
    /// A NumPy scalar, as a tensor of no axes.
    case scalar(StoredTensor)
    /// A NumPy element type; `nil` for objects.
    case elementType(ScalarType?)
    /// The name of an allowed function or class.
    case name(String)
    /// A torch storage without a tensor.
    case storage
  }

  /// The value, one level deep.
  public var contents: Contents {
    switch resolved {
    case .none: return .none
    case .boolean(let value): return .boolean(value)
    case .integer(let value): return .integer(value)
    case .bigInteger(let digits): return .bigInteger(digits)
    case .real(let value): return .real(value)
    case .complex(let real, let imaginary): return .complex(real: real, imaginary: imaginary)
    case .string(let text): return .string(text)
    case .bytes(let index): return .bytes(heap.regions[index].data)
    case .legacyString(let index): return .string(heap.regions[index].latin1)
    case .global(let index): return .name(heap.globals[index].name)
    case .node(let index): return contents(of: heap.nodes[index])
    }
  }

  private func contents(of node: PickleHeap.Node) -> Contents {
    switch node.kind {
    case .list: return .list(node.items.map(wrap))
    case .tuple: return .tuple(node.items.map(wrap))
    case .set: return .set(node.items.map(wrap))
    case .frozenSet: return .frozenSet(node.items.map(wrap))
    case .dictionary: return .dictionary(heap.entries(of: node).map { (wrap($0), wrap($1)) })
    case .orderedDictionary:
      return .orderedDictionary(heap.entries(of: node).map { (wrap($0), wrap($1)) })
    case .object(let name), .module(let name):
      return .object(className: name, state: wrap(node.items.first ?? .none))
    case .tensor(let index):
      guard let tensor = try? heap.storedTensor(index) else { return .none }
      return .tensor(tensor)
    case .scalar(let index):
      guard let tensor = try? heap.storedTensor(index) else { return .none }
      return .scalar(tensor)
    case .storage: return .storage
    case .elementType(let type): return .elementType(type.scalar)
    case .arrayShell, .box: return .none
    }
  }

  private func wrap(_ slot: PickleHeap.Slot) -> PickleValue { PickleValue(heap: heap, slot: slot) }

  /// The slot, through arrays that merely hold one object.
  private var resolved: PickleHeap.Slot {
    var slot = slot
    // A box may hold itself.
    for _ in 0..<16 {
      guard case .node(let index) = slot, case .box = heap.nodes[index].kind,
        let inner = heap.nodes[index].items.first
      else { return slot }
      slot = inner
    }
    return slot
  }
}

extension PickleValue {
  /// Whether this is Python's `None`.
  public var isNone: Bool { resolved == .none }

  /// The text of a string.
  public var string: String? { heap.text(resolved) }

  /// A truth value, Python's or NumPy's.
  public var boolean: Bool? {
    if case .boolean(let value) = resolved { return value }
    guard case .scalar(let scalar) = contents, scalar.type == .bool else { return nil }
    return (try? scalar.integers().first).map { $0 != 0 }
  }

  /// An integer that fits, Python's or NumPy's.
  public var integer: Int? {
    if case .integer(let value) = resolved { return Int(exactly: value) }
    guard case .scalar(let scalar) = contents, scalar.type != .bool else { return nil }
    return (try? scalar.integers().first).flatMap { Int(exactly: $0) }
  }

  /// A number, Python's or NumPy's.
  public var real: Double? {
    switch contents {
    case .real(let value): return value
    case .integer(let value): return Double(value)
    case .scalar(let scalar) where scalar.type != .bool: return (try? scalar.doubles())?.first
    default: return nil
    }
  }

  /// A tensor, array or NumPy scalar.
  public var tensor: StoredTensor? {
    switch contents {
    case .tensor(let tensor), .scalar(let tensor): tensor
    default: nil
    }
  }

  /// The elements of a list, tuple or set.
  public var elements: [PickleValue]? {
    switch contents {
    case .list(let items), .tuple(let items), .set(let items), .frozenSet(let items): items
    default: nil
    }
  }

  /// The entries of a dictionary, or of an object's state.
  public var entries: [(key: PickleValue, value: PickleValue)]? {
    heap.dictionary(slot).map { heap.entries(of: $0).map { (wrap($0), wrap($1)) } }
  }

  /// The class name of an object.
  public var className: String? {
    if case .object(let name, _) = contents { return name }
    return nil
  }

  /// The value under a text key of a dictionary or of an object's state.
  public subscript(key: String) -> PickleValue? {
    heap.dictionary(slot).flatMap { heap.value(in: $0, for: key) }.map(wrap)
  }

  /// The element of a list or tuple, `nil` beyond its end.
  public subscript(index: Int) -> PickleValue? {
    guard case .node(let number) = resolved else { return nil }
    let node = heap.nodes[number]
    switch node.kind {
    case .list, .tuple: return node.items.indices.contains(index) ? wrap(node.items[index]) : nil
    default: return nil
    }
  }
}
