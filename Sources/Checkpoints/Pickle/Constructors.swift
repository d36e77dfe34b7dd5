/// What the allowed functions build when a pickle calls them.
extension PickleMachine {
  /// The plain data for a call of `function` (REDUCE and NEWOBJ alike).
  mutating func construct(_ function: PickleHeap.Global, _ arguments: [Slot]) throws -> Slot {
    func wrong(_ expected: String) -> CheckpointError {
      malformed("\(expected) for '\(function.name)'", "\(arguments.count) other arguments")
    }
    switch function.meaning {
    case .orderedDictionary:
      guard let pairs = arguments.first else { return try make(.orderedDictionary) }
      return try make(.orderedDictionary, checkedEntries(self.pairs(pairs, of: function)))
    case .dictionary:
      guard let pairs = arguments.first else { return try make(.dictionary) }
      return try make(.dictionary, checkedEntries(self.pairs(pairs, of: function)))
    case .set, .frozenSet:
      let items = try arguments.first.map { try sequence($0, of: function) } ?? []
      return try make(function.meaning == .set ? .set : .frozenSet, items)
    case .size:
      return try make(.tuple, arguments.first.map { try sequence($0, of: function) } ?? [])
    case .bytes, .byteArray:
      guard let argument = arguments.first else { return bytes([UInt8]()) }
      if arguments.count >= 2 { return try encode(argument, function) }
      guard case .bytes = argument else { throw wrong("bytes") }
      return argument
    case .encode:
      guard let text = arguments.first else { throw wrong("a string and an encoding") }
      return try encode(text, function)
    case .complex:
      guard arguments.count == 2, let real = number(arguments[0]),
        let imaginary = number(arguments[1])
      else { throw wrong("two numbers") }
      return .complex(real, imaginary)
    case .object:
      return try make(.object(function.name))
    case .module:
      guard let meta = arguments.first.flatMap(heap.dictionary) else { throw wrong("a dictionary") }
      try charge(meta.items.count * 16)
      let name = heap.value(in: meta, for: "class_name").flatMap(heap.text) ?? "?"
      if heap.value(in: meta, for: "module_src") != nil { heap.containsCode = true }
      guard let state = heap.value(in: meta, for: "state") else { throw wrong("a state") }
      return try make(.module(name), [state])
    case .tensor: return try rebuildTensor(arguments, function)
    case .parameter:
      guard let tensor = arguments.first, case .node(let index) = tensor,
        case .tensor = heap.nodes[index].kind
      else { throw wrong("a tensor") }
      return tensor
    case .storageFile:
      guard case .bytes(let index) = arguments.first else { throw wrong("bytes") }
      let bytes = heap.regions[index]
      try charge(bytes.count)
      return try embeddedStorage(bytes, function)
    case .device:
      guard let kind = arguments.first.flatMap(heap.text) else { throw wrong("a name") }
      guard arguments.count > 1, case .integer(let index) = arguments[1] else {
        return .string(kind)
      }
      return .string("\(kind):\(index)")
    case .arrayShell:
      guard case .global(let index) = arguments.first, heap.globals[index].meaning == .array else {
        throw wrong("numpy.ndarray")
      }
      return try make(.arrayShell)
    case .elementType: return try elementType(arguments, function)
    case .scalar: return try scalar(arguments, function)
    case .arrayFromBuffer: return try arrayFromBuffer(arguments, function)
    case .storage, .array, .word:
      throw CheckpointError.refused(
        file: heap.file, place: place, what: "a call of '\(function.name)'",
        advice: "It may be named, but builds nothing.")
    }
  }

  /// BUILD: gives an object its state.
  mutating func build(_ target: Slot, _ state: Slot) throws {
    guard case .node(let index) = target else { throw malformed("an object to build", "a value") }
    switch heap.nodes[index].kind {
    case .object(let name):
      if let dictionary = heap.dictionary(state) {
        try charge(dictionary.items.count * 16)
        if heap.value(in: dictionary, for: "build_module_src") != nil { heap.containsCode = true }
      }
      heap.nodes[index] = PickleHeap.Node(kind: .object(name), items: [state])
    case .dictionary, .orderedDictionary:
      // Python attributes of a dictionary, such as a state_dict's `_metadata`: not needed.
      break
    case .elementType: try buildElementType(index, state)
    case .arrayShell: try buildArray(index, state)
    default: throw malformed("an object to build", "a finished value")
    }
  }

  /// The storage that a whole torch file inside the pickle holds.
  private mutating func embeddedStorage(
    _ bytes: ByteRegion, _ function: PickleHeap.Global
  ) throws -> Slot {
    guard depth < 3 else {
      throw CheckpointError.tooLarge(
        file: heap.file, place: place, what: "the nesting of files in files", limit: "3")
    }
    let value = try TorchLegacy.load(bytes, depth: depth + 1)
    guard case .node(let index) = value.slot,
      case .storage(let number) = value.heap.nodes[index].kind
    else {
      throw malformed("a storage in the bytes for '\(function.name)'", "another object")
    }
    heap.storages.append(value.heap.storages[number])
    return try make(.storage(heap.storages.count - 1))
  }

  private mutating func rebuildTensor(
    _ arguments: [Slot], _ function: PickleHeap.Global
  ) throws -> Slot {
    guard arguments.count >= 4, case .node(let index) = arguments[0],
      case .storage(let number) = heap.nodes[index].kind, case .integer(let start) = arguments[1],
      let sizes = integers(arguments[2]), let strides = integers(arguments[3]),
      let offset = Int(exactly: start)
    else {
      throw malformed(
        "a storage, an offset, sizes and strides for '\(function.name)'", "other arguments")
    }
    let storage = heap.storages[number]
    let layout = try TensorLayout(
      dimensions: sizes, strides: strides, offset: offset, storageCount: storage.count,
      file: heap.file, place: place)
    return try makeTensor(
      PickleHeap.TensorRecord(type: storage.type, layout: layout, source: .storage(number)))
  }

  /// Adds a tensor node.
  func makeTensor(_ record: PickleHeap.TensorRecord) throws -> Slot {
    heap.tensors.append(record)
    return try make(.tensor(heap.tensors.count - 1))
  }

  /// The elements of a list, tuple or set, as a counted copy.
  private mutating func sequence(
    _ slot: Slot, of function: PickleHeap.Global
  ) throws -> [Slot] {
    guard case .node(let index) = slot else {
      throw malformed("a sequence for '\(function.name)'", "a value")
    }
    switch heap.nodes[index].kind {
    case .list, .tuple, .set, .frozenSet:
      try charge(heap.nodes[index].items.count * 16)
      return heap.nodes[index].items
    default: throw malformed("a sequence for '\(function.name)'", "another container")
    }
  }

  /// Alternating keys and values from a sequence of pairs or a dictionary.
  private mutating func pairs(_ slot: Slot, of function: PickleHeap.Global) throws -> [Slot] {
    if let dictionary = heap.dictionary(slot) {
      try charge(dictionary.items.count * 16)
      return dictionary.items
    }
    let items = try sequence(slot, of: function)
    try charge(items.count * 16)
    return try items.flatMap { item in
      guard case .node(let index) = item, heap.nodes[index].items.count == 2 else {
        throw malformed("pairs for '\(function.name)'", "something else")
      }
      return heap.nodes[index].items
    }
  }

  /// `_codecs.encode` with Latin-1, which is how old protocols write bytes.
  private mutating func encode(_ slot: Slot, _ function: PickleHeap.Global) throws -> Slot {
    if case .legacyString(let index) = slot { return .bytes(index) }
    guard case .string(let text) = slot else {
      throw malformed("a string for '\(function.name)'", "another value")
    }
    try charge(text.utf8.count)
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else {
        throw malformed("characters below 256 for '\(function.name)'", "U+\(scalar.value)")
      }
      result.append(byte)
    }
    return bytes(result)
  }

  /// Adds bytes that are not in the file.
  private func bytes(_ bytes: [UInt8]) -> Slot {
    heap.regions.append(MappedFile(named: heap.file, copying: bytes).region)
    return .bytes(heap.regions.count - 1)
  }

  private func number(_ slot: Slot) -> Double? {
    switch slot {
    case .real(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The numbers of a tuple or list of integers.
  func integers(_ slot: Slot) -> [Int]? {
    guard case .node(let index) = slot else { return nil }
    switch heap.nodes[index].kind {
    case .tuple, .list: break
    default: return nil
    }
    // Shapes are short: a longer sequence is none, and is not copied.
    guard heap.nodes[index].items.count <= 64 else { return nil }
    var values: [Int] = []
    for item in heap.nodes[index].items {
      guard case .integer(let value) = item, let value = Int(exactly: value) else { return nil }
      values.append(value)
    }
    return values
  }
}
