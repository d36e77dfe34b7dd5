/// Reads one pickle into plain data.
///
/// The machine follows the instructions with a stack, a list of marks and a memo, as Python does,
/// but knows only the functions of `Allowed`. It never recurses over the data, allocates nothing
/// from an announced length, and gives up on work out of proportion to the file.
package struct PickleMachine {
  /// What a persistent id stands for.
  package enum PersistentObject {
    /// A torch storage; its bytes may come later.
    case storage(StorageReference)
    /// A word.
    case string(String)
  }

  /// A torch storage as a persistent id names it.
  package struct StorageReference {
    let key: String
    let type: ScalarType
    /// The number of elements.
    let count: Int
    var bytes: ByteRegion?
    var isBigEndian = false
    /// The part of the storage that is meant, in elements.
    var window: (offset: Int, count: Int)?
  }

  /// Turns the id that a pickle carries into what it stands for.
  package typealias Resolver = (PickleValue) throws -> PersistentObject

  typealias Slot = PickleHeap.Slot

  /// Containers and objects that one pickle may make.
  static let nodeLimit = 4_000_000

  /// Entries of the stack, the memo and the other tables, and items of all containers together.
  static let entryLimit = 1 << 24

  let heap: PickleHeap
  let depth: Int
  var cursor: PickleCursor
  private var stack: [Slot] = []
  private var marks: [Int] = []
  private var memo: [UInt64: Slot] = [:]
  private let resolver: Resolver?
  private var storageByKey: [String: Int] = [:]
  private var workLeft: Int
  private var itemCount = 0

  private init(_ bytes: ByteRegion, at position: Int, depth: Int, resolver: Resolver?) {
    heap = PickleHeap(file: bytes.name)
    cursor = PickleCursor(bytes, at: position)
    self.depth = depth
    self.resolver = resolver
    workLeft = bytes.count.multipliedClamping(by: 16).addingClamping(1 << 26)
  }

  /// Reads the pickle that starts at byte `position`; gives its value and the byte after it.
  ///
  /// `depth` counts pickles inside pickles.
  package static func load(
    _ bytes: ByteRegion, at position: Int = 0, depth: Int = 0, resolver: Resolver? = nil
  ) throws -> (value: PickleValue, end: Int) {
    var machine = PickleMachine(bytes, at: position, depth: depth, resolver: resolver)
    let result = try machine.run()
    return (PickleValue(heap: machine.heap, slot: result), machine.cursor.position)
  }

  private mutating func run() throws -> Slot {
    while true {
      let opcode = try cursor.opcode()
      if opcode == .stop { return try pop() }
      try execute(opcode)
      try checkGrowth()
    }
  }

  /// Bounds what instructions of one or two bytes can make grow.
  private func checkGrowth() throws {
    let limit = Self.entryLimit
    guard stack.count <= limit, marks.count <= limit, memo.count <= limit,
      heap.regions.count <= limit, itemCount <= limit
    else {
      throw CheckpointError.tooLarge(
        file: heap.file, place: place, what: "the number of values", limit: "\(limit)")
    }
  }

  private mutating func execute(_ opcode: Opcode) throws {
    switch opcode {
    case .stop: break
    case .proto:
      let version = try cursor.integer(UInt8.self)
      guard version <= 5 else { throw malformed("a protocol up to 5", "\(version)") }
    case .frame:
      let length = try cursor.integer(UInt64.self)
      try cursor.bytes.require(Int(clamping: length), at: cursor.position)
    case .mark: marks.append(stack.count)
    case .pop: if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popMark()
    case .dup: stack.append(try top())

    case .none: stack.append(.none)
    case .newTrue: stack.append(.boolean(true))
    case .newFalse: stack.append(.boolean(false))
    case .binInt: stack.append(.integer(Int64(try cursor.integer(Int32.self))))
    case .binInt1: stack.append(.integer(Int64(try cursor.integer(UInt8.self))))
    case .binInt2: stack.append(.integer(Int64(try cursor.integer(UInt16.self))))
    case .int, .long: stack.append(try PickleText.integer(cursor.line()))
    case .long1: stack.append(try PickleText.binaryInteger(cursor.counted(1)))
    case .long4: stack.append(try PickleText.binaryInteger(cursor.counted(4)))
    case .float: stack.append(.real(try PickleText.real(cursor.line())))
    case .binFloat:
      stack.append(.real(Double(bitPattern: try cursor.integer(UInt64.self).byteSwapped)))

    case .string:
      try push(legacyString: PickleText.quoted(cursor.line()))
    case .binString: try push(legacyString: cursor.counted(4))
    case .shortBinString: try push(legacyString: cursor.counted(1))
    case .unicode: stack.append(.string(try PickleText.escaped(cursor.line())))
    case .binUnicode: stack.append(.string(try cursor.counted(4).text))
    case .shortBinUnicode: stack.append(.string(try cursor.counted(1).text))
    case .binUnicode8: stack.append(.string(try cursor.counted(8).text))
    case .binBytes: push(bytes: try cursor.counted(4))
    case .shortBinBytes: push(bytes: try cursor.counted(1))
    case .binBytes8, .byteArray8: push(bytes: try cursor.counted(8))

    case .emptyList: try push(.list, [])
    case .emptyDict: try push(.dictionary, [])
    case .emptySet: try push(.set, [])
    case .emptyTuple: try push(.tuple, [])
    case .list: try push(.list, popMark())
    case .tuple: try push(.tuple, popMark())
    case .frozenSet: try push(.frozenSet, popMark())
    case .dict: try push(.dictionary, checkedEntries(popMark()))
    case .tuple1: try push(.tuple, pop(1))
    case .tuple2: try push(.tuple, pop(2))
    case .tuple3: try push(.tuple, pop(3))
    case .append: try append(pop(1), to: "a list")
    case .appends: try append(popMark(), to: "a list")
    case .addItems: try append(popMark(), to: "a set")
    case .setItem: try setItems(pop(2))
    case .setItems: try setItems(popMark())

    case .put: try remember(PickleText.index(cursor.line()))
    case .binPut: try remember(UInt64(cursor.integer(UInt8.self)))
    case .longBinPut: try remember(UInt64(cursor.integer(UInt32.self)))
    case .memoize: try remember(UInt64(memo.count))
    case .get: try recall(PickleText.index(cursor.line()))
    case .binGet: try recall(UInt64(cursor.integer(UInt8.self)))
    case .longBinGet: try recall(UInt64(cursor.integer(UInt32.self)))

    case .global:
      let module = try cursor.line().text
      try name(module, cursor.line().text)
    case .stackGlobal:
      let names = try pop(2)
      guard let module = heap.text(names[0]), let name = heap.text(names[1]) else {
        throw malformed("two strings for STACK_GLOBAL", "other values")
      }
      try self.name(module, name)
    case .reduce, .newObj:
      let call = try pop(2)
      guard case .global(let index) = call[0] else {
        throw malformed("an allowed function to call", "a value")
      }
      guard case .node(let arguments) = call[1], case .tuple = heap.nodes[arguments].kind else {
        throw malformed("a tuple of arguments for '\(heap.globals[index].name)'", "a value")
      }
      stack.append(try construct(heap.globals[index], heap.nodes[arguments].items))
    case .build:
      let state = try pop()
      try build(top(), state)
    case .binPersID: try resolve(pop())

    case .persID, .inst, .obj, .newObjEx, .ext1, .ext2, .ext4, .nextBuffer, .readOnlyBuffer:
      throw CheckpointError.refused(
        file: heap.file, place: place, what: "the pickle opcode \(opcode)",
        advice: "No known checkpoint needs it.")
    }
  }
}

// MARK: - Stack, marks and memo

extension PickleMachine {
  /// The lowest stack index that the current mark leaves in reach.
  private var fence: Int { marks.last ?? 0 }

  private func top() throws -> Slot {
    guard stack.count > fence, let last = stack.last else {
      throw malformed("a value on the stack", "none")
    }
    return last
  }

  private mutating func pop() throws -> Slot {
    let last = try top()
    stack.removeLast()
    return last
  }

  private mutating func pop(_ count: Int) throws -> [Slot] {
    guard stack.count - fence >= count else {
      throw malformed("\(count) values on the stack", "\(stack.count - fence)")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popMark() throws -> [Slot] {
    guard let mark = marks.popLast() else { throw malformed("a mark on the stack", "none") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private mutating func remember(_ index: UInt64) throws { memo[index] = try top() }

  private mutating func recall(_ index: UInt64) throws {
    guard let value = memo[index] else {
      throw malformed("a remembered value \(index)", "none")
    }
    stack.append(value)
  }

  private mutating func push(bytes: ByteRegion) {
    heap.regions.append(bytes)
    stack.append(.bytes(heap.regions.count - 1))
  }

  private mutating func push(legacyString bytes: ByteRegion) {
    heap.regions.append(bytes)
    stack.append(.legacyString(heap.regions.count - 1))
  }

  private mutating func push(_ kind: PickleHeap.Kind, _ items: [Slot]) throws {
    itemCount += items.count
    stack.append(try make(kind, items))
  }

  private mutating func name(_ module: String, _ name: String) throws {
    guard let meaning = Allowed.meaning(module: module, name: name) else {
      throw CheckpointError.refused(
        file: heap.file, place: place, what: "the function or class '\(module).\(name)'",
        advice: "It is outside the list of what builds plain data; nothing was run.")
    }
    if meaning == .word {
      stack.append(.string(name))
    } else {
      heap.globals.append(PickleHeap.Global(name: "\(module).\(name)", meaning: meaning))
      stack.append(.global(heap.globals.count - 1))
    }
  }

  private mutating func append(_ values: [Slot], to what: String) throws {
    itemCount += values.count
    if case .node(let index) = try top() {
      switch heap.nodes[index].kind {
      case .list where what == "a list", .set where what == "a set":
        return heap.nodes[index].items.append(contentsOf: values)
      default: break
      }
    }
    throw malformed("\(what) to append to", "another value")
  }

  private mutating func setItems(_ values: [Slot]) throws {
    itemCount += values.count
    if case .node(let index) = try top() {
      switch heap.nodes[index].kind {
      case .dictionary, .orderedDictionary:
        return heap.nodes[index].items.append(contentsOf: try checkedEntries(values))
      default: break
      }
    }
    throw malformed("a dictionary to set items of", "another value")
  }

  private mutating func resolve(_ id: Slot) throws {
    guard let resolver else {
      throw CheckpointError.refused(
        file: heap.file, place: place, what: "a persistent id outside a torch file",
        advice: "Such a pickle is only a part of a checkpoint.")
    }
    switch try resolver(PickleValue(heap: heap, slot: id)) {
    case .string(let text): stack.append(.string(text))
    case .storage(let reference): stack.append(try storage(reference))
    }
  }

  private mutating func storage(_ reference: StorageReference) throws -> Slot {
    func entry(root: (storage: Int, offset: Int)?, count: Int) -> PickleHeap.Storage {
      PickleHeap.Storage(
        key: reference.key, type: reference.type, count: count, bytes: reference.bytes,
        isBigEndian: reference.isBigEndian, root: root)
    }
    let root: Int
    if let known = storageByKey[reference.key] {
      let storage = heap.storages[known]
      guard storage.type == reference.type, storage.count == reference.count else {
        throw malformed(
          "storage '\(reference.key)' as \(storage.count) \(storage.type)",
          "\(reference.count) \(reference.type)")
      }
      root = known
    } else {
      heap.storages.append(entry(root: nil, count: reference.count))
      root = heap.storages.count - 1
      storageByKey[reference.key] = root
    }
    guard let window = reference.window else { return try make(.storage(root)) }
    guard window.offset >= 0, window.count >= 0, window.offset <= reference.count,
      window.count <= reference.count - window.offset
    else {
      throw malformed("a view inside \(reference.count) elements", "\(window)")
    }
    heap.storages.append(entry(root: (root, window.offset), count: window.count))
    return try make(.storage(heap.storages.count - 1))
  }
}

// MARK: - For the functions that build data

extension PickleMachine {
  /// Where the current instruction is, for errors.
  var place: String { "byte \(cursor.bytes.range.lowerBound + cursor.start)" }

  /// The error of the current instruction.
  func malformed(_ expected: String, _ found: String) -> CheckpointError {
    .malformed(file: heap.file, place: place, expected: expected, found: found)
  }

  /// Adds a node, up to the limit.
  func make(_ kind: PickleHeap.Kind, _ items: [Slot] = []) throws -> Slot {
    guard heap.nodes.count < Self.nodeLimit else {
      throw CheckpointError.tooLarge(
        file: heap.file, place: place, what: "the number of objects", limit: "\(Self.nodeLimit)")
    }
    return heap.add(kind, items)
  }

  /// Alternating keys and values whose keys can be keys.
  func checkedEntries(_ items: [Slot]) throws -> [Slot] {
    guard items.count % 2 == 0 else { throw malformed("keys and values in pairs", "an odd one") }
    for index in stride(from: 0, to: items.count, by: 2) {
      guard case .node(let key) = items[index] else { continue }
      switch heap.nodes[key].kind {
      case .tuple, .frozenSet, .scalar, .elementType, .object: break
      default: throw malformed("a key that cannot change", "a container as key")
      }
    }
    return items
  }

  /// Counts work that grows with `amount`, so that small instructions cannot repeat it forever.
  mutating func charge(_ amount: Int) throws {
    workLeft -= min(amount, workLeft + 1)
    guard workLeft >= 0 else {
      throw CheckpointError.tooLarge(
        file: heap.file, place: place, what: "the work of repeated copies",
        limit: "sixteen times the file")
    }
  }
}
