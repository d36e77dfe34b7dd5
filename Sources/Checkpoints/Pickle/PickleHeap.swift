/// Everything that one pickle built, in flat tables.
///
/// Containers refer to each other by number. So shared references stay shared, cycles are legal
/// and cost nothing, and however deep the tree is, its release is flat. The machine writes the
/// heap; once it has returned, nothing does, which makes sharing across threads safe.
final class PickleHeap: @unchecked Sendable {
  /// A value: itself if it is small, else a number in one of the tables.
  enum Slot: Hashable {
    case none
    case boolean(Bool)
    case integer(Int64)
    case bigInteger(String)
    case real(Double)
    case complex(Double, Double)
    case string(String)
    /// In `regions`.
    case bytes(Int)
    /// A Python 2 string, text or bytes: in `regions`.
    case legacyString(Int)
    /// In `globals`.
    case global(Int)
    /// In `nodes`.
    case node(Int)
  }

  /// What a node is.
  enum Kind {
    case list, tuple, set, frozenSet
    /// `items` alternate keys and values.
    case dictionary, orderedDictionary
    /// A class name; `items` hold the state, if it has come.
    case object(String)
    /// An NVLabs module's class name; `items` hold the state.
    case module(String)
    /// In `tensors`.
    case tensor(Int)
    /// A NumPy scalar: in `tensors`.
    case scalar(Int)
    /// In `storages`.
    case storage(Int)
    case elementType(ElementType)
    /// An array whose state has not come yet.
    case arrayShell
    /// An array of no axes that holds one object: `items`.
    case box
  }

  /// A container, or something that later instructions still change.
  struct Node {
    var kind: Kind
    var items: [Slot]
  }

  /// NumPy's element type: numbers in a byte order, or objects.
  struct ElementType {
    /// `nil` for objects.
    var scalar: ScalarType?
    var isBigEndian: Bool
  }

  /// A torch storage, or a window on another one.
  struct Storage {
    let key: String
    let type: ScalarType
    let count: Int
    var bytes: ByteRegion?
    var isBigEndian = false
    /// The storage that this is a window on, and where it starts there, in elements.
    var root: (storage: Int, offset: Int)?
  }

  /// A tensor's place: in a storage, which may get its bytes later, or in bytes of its own.
  struct TensorRecord {
    enum Source {
      case storage(Int)
      case bytes(ByteRegion, isBigEndian: Bool)
    }

    let type: ScalarType
    let layout: TensorLayout
    let source: Source
  }

  /// A function or class that the pickle named.
  struct Global {
    let name: String
    let meaning: Allowed.Meaning
  }

  /// What errors call the file.
  let file: String
  var nodes: [Node] = []
  var regions: [ByteRegion] = []
  var globals: [Global] = []
  var storages: [Storage] = []
  var tensors: [TensorRecord] = []
  /// Whether some object carried program code.
  var containsCode = false

  init(file: String) { self.file = file }

  /// Adds a node.
  func add(_ kind: Kind, _ items: [Slot] = []) -> Slot {
    nodes.append(Node(kind: kind, items: items))
    return .node(nodes.count - 1)
  }

  /// The tensor of a record; throws if its storage never got bytes.
  func storedTensor(_ index: Int) throws -> StoredTensor {
    let record = tensors[index]
    switch record.source {
    case .bytes(let bytes, let isBigEndian):
      return StoredTensor(
        type: record.type, layout: record.layout, bytes: bytes, isBigEndian: isBigEndian)
    case .storage(let number):
      let storage = storages[number]
      guard let bytes = try bytes(of: number) else {
        throw CheckpointError.malformed(
          file: file, place: "storage '\(storage.key)'", expected: "its bytes", found: "none")
      }
      return StoredTensor(
        type: record.type, layout: record.layout, bytes: bytes, isBigEndian: storage.isBigEndian)
    }
  }

  /// The bytes of a storage, checked against its count.
  private func bytes(of number: Int) throws -> ByteRegion? {
    let storage = storages[number]
    let wanted = storage.count.multipliedClamping(by: storage.type.size)
    if let (root, offset) = storage.root {
      let start = offset.multipliedClamping(by: storage.type.size)
      return try storages[root].bytes?.region(at: start, count: wanted)
    }
    return try storage.bytes?.region(at: 0, count: wanted)
  }

  /// A dictionary's entries; of equal keys the first place and the last value, as in Python.
  func entries(of node: Node) -> [(key: Slot, value: Slot)] {
    var entries: [(key: Slot, value: Slot)] = []
    entries.reserveCapacity(node.items.count / 2)
    var places: [Slot: Int] = [:]
    for index in stride(from: 0, to: node.items.count - 1, by: 2) {
      let (key, value) = (node.items[index], node.items[index + 1])
      if let place = places[key] {
        entries[place].value = value
      } else {
        places[key] = entries.count
        entries.append((key, value))
      }
    }
    return entries
  }

  /// The text of a string slot.
  func text(_ slot: Slot) -> String? {
    switch slot {
    case .string(let text): text
    case .legacyString(let index): regions[index].latin1
    default: nil
    }
  }

  /// The value under a text key of a dictionary.
  func value(in node: Node, for key: String) -> Slot? {
    var found: Slot?
    for index in stride(from: 0, to: node.items.count - 1, by: 2)
    where text(node.items[index]) == key {
      found = node.items[index + 1]
    }
    return found
  }

  /// The node of a slot, through arrays that merely hold one object.
  func node(_ slot: Slot) -> Int? {
    var slot = slot
    // A box may hold itself.
    for _ in 0..<16 {
      guard case .node(let index) = slot else { return nil }
      guard case .box = nodes[index].kind, let inner = nodes[index].items.first else {
        return index
      }
      slot = inner
    }
    return nil
  }

  /// The dictionary that holds the named parts of a node: itself, or the state of an object.
  func dictionary(_ slot: Slot) -> Node? {
    guard let index = node(slot) else { return nil }
    switch nodes[index].kind {
    case .dictionary, .orderedDictionary: return nodes[index]
    case .object, .module:
      guard let state = nodes[index].items.first, let inner = node(state) else { return nil }
      switch nodes[inner].kind {
      case .dictionary, .orderedDictionary: return nodes[inner]
      default: return nil
      }
    default: return nil
    }
  }
}
