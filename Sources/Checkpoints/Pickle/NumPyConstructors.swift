/// What NumPy's pickling functions build: arrays, scalars and element types.
extension PickleMachine {
  /// `numpy.dtype(code, align, copy)`.
  func elementType(_ arguments: [Slot], _ function: PickleHeap.Global) throws -> Slot {
    guard let code = arguments.first.flatMap(heap.text) else {
      throw malformed("a type code for '\(function.name)'", "another value")
    }
    var digits = Substring(code)
    let order = digits.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    if order != nil { digits = digits.dropFirst() }
    if digits == "O8" || digits == "O4" || digits == "O" {
      return try make(.elementType(PickleHeap.ElementType(scalar: nil, isBigEndian: false)))
    }
    guard let scalar = ScalarType(numPy: digits) else {
      throw CheckpointError.refused(
        file: heap.file, place: place, what: "the NumPy element type '\(code.prefix(40))'",
        advice: "Only numbers and truth values make tensors.")
    }
    return try make(
      .elementType(PickleHeap.ElementType(scalar: scalar, isBigEndian: order == ">")))
  }

  /// The state of an element type: `(version, byte order, subtype, names, fields, …)`.
  func buildElementType(_ index: Int, _ state: Slot) throws {
    guard let items = tuple(state), items.count >= 5, let order = heap.text(items[1]),
      case .elementType(var type) = heap.nodes[index].kind
    else { throw malformed("the state of a NumPy element type", "another value") }
    guard items[2] == .none, items[3] == .none, items[4] == .none else {
      throw CheckpointError.refused(
        file: heap.file, place: place, what: "a structured NumPy element type",
        advice: "Only numbers and truth values make tensors.")
    }
    type.isBigEndian = order == ">"
    heap.nodes[index].kind = .elementType(type)
  }

  /// The state of an array: `(version, shape, type, is Fortran-ordered, bytes)`.
  func buildArray(_ index: Int, _ state: Slot) throws {
    guard let items = tuple(state), items.count == 5 || items.count == 4,
      let shape = integers(items[items.count - 4]), let type = elementType(items[items.count - 3]),
      case .boolean(let isFortran) = truth(items[items.count - 2])
    else { throw malformed("the state of a NumPy array", "another value") }
    let content = items[items.count - 1]
    guard type.scalar != nil else {
      guard shape.isEmpty, case .node(let list) = content, heap.nodes[list].items.count == 1 else {
        throw CheckpointError.refused(
          file: heap.file, place: place, what: "a NumPy array of objects, shape \(shape)",
          advice: "Only arrays of numbers make tensors.")
      }
      heap.nodes[index] = PickleHeap.Node(kind: .box, items: [heap.nodes[list].items[0]])
      return
    }
    let record = try array(shape, type, isFortran: isFortran, content: content)
    heap.tensors.append(record)
    heap.nodes[index].kind = .tensor(heap.tensors.count - 1)
  }

  /// `numpy.core.multiarray.scalar(type, bytes)`.
  func scalar(_ arguments: [Slot], _ function: PickleHeap.Global) throws -> Slot {
    guard arguments.count == 2, let type = elementType(arguments[0]) else {
      throw malformed("a type and bytes for '\(function.name)'", "other arguments")
    }
    heap.tensors.append(try array([], type, isFortran: false, content: arguments[1]))
    return try make(.scalar(heap.tensors.count - 1))
  }

  /// `numpy.core.numeric._frombuffer(bytes, type, shape, order)`.
  func arrayFromBuffer(_ arguments: [Slot], _ function: PickleHeap.Global) throws -> Slot {
    guard arguments.count == 4, let type = elementType(arguments[1]),
      let shape = integers(arguments[2]), let order = heap.text(arguments[3])
    else { throw malformed("bytes, type, shape and order for '\(function.name)'", "other values") }
    return try makeTensor(array(shape, type, isFortran: order == "F", content: arguments[0]))
  }

  private func array(
    _ shape: [Int], _ type: PickleHeap.ElementType, isFortran: Bool, content: Slot
  ) throws -> PickleHeap.TensorRecord {
    guard let scalar = type.scalar else {
      throw CheckpointError.refused(
        file: heap.file, place: place, what: "a NumPy scalar of objects",
        advice: "Only numbers make tensors.")
    }
    let bytes: ByteRegion
    switch content {
    case .bytes(let number), .legacyString(let number): bytes = heap.regions[number]
    default: throw malformed("an array's bytes", "another value")
    }
    let layout = try TensorLayout(
      dimensions: shape, strides: isFortran ? TensorLayout.columnMajor(shape) : nil,
      storageCount: bytes.count / scalar.size, file: heap.file, place: place)
    guard layout.count * scalar.size == bytes.count else {
      throw malformed("\(layout.count * scalar.size) bytes for shape \(shape)", "\(bytes.count)")
    }
    return PickleHeap.TensorRecord(
      type: scalar, layout: layout, source: .bytes(bytes, isBigEndian: type.isBigEndian))
  }

  private func tuple(_ slot: Slot) -> [Slot]? {
    guard case .node(let index) = slot, case .tuple = heap.nodes[index].kind,
      heap.nodes[index].items.count <= 64
    else { return nil }
    return heap.nodes[index].items
  }

  private func elementType(_ slot: Slot) -> PickleHeap.ElementType? {
    guard case .node(let index) = slot, case .elementType(let type) = heap.nodes[index].kind else {
      return nil
    }
    return type
  }

  /// A truth value; Python 2 writes 0 and 1.
  private func truth(_ slot: Slot) -> Slot {
    if case .integer(let value) = slot { return .boolean(value != 0) }
    return slot
  }
}
