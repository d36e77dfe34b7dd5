/// Gives the tensors of a pickle's object tree their dotted names, and finds its modules.
///
/// Iterative; a container that holds itself is entered once on a path, branches without tensors
/// are never entered, and shared branches count at every place, up to `visitLimit`.
struct Flattening {
  /// Places in the tree that are looked at.
  static let visitLimit = 1_000_000

  /// Containers in containers on the way to a tensor.
  static let depthLimit = 256

  /// Bytes of all names together.
  static let nameLimit = 1 << 28

  /// The classes of TensorFlow networks.
  static let networkClasses: Set = ["dnnlib.tflib.network.Network", "tfutil.Network"]

  private enum Step {
    case enter(PickleHeap.Slot, name: String, depth: Int)
    case leave(Int)
  }

  private let heap: PickleHeap
  /// Whether a node is, or leads to, a tensor or a module.
  private let isWorthwhile: [Bool]
  private var isOnPath: [Bool]
  private var steps: [Step] = []
  private var visits = 0
  private var nameBytes = 0
  private var contents = CheckpointContents()

  /// The named tensors and modules of `value`.
  static func contents(of value: PickleValue) throws -> CheckpointContents {
    var flattening = Flattening(value.heap)
    try flattening.run(value.slot)
    flattening.contents.plain = value
    flattening.contents.containsCode = value.heap.containsCode
    return flattening.contents
  }

  private init(_ heap: PickleHeap) {
    self.heap = heap
    isWorthwhile = Self.worthwhile(heap)
    isOnPath = [Bool](repeating: false, count: heap.nodes.count)
  }

  private mutating func run(_ root: PickleHeap.Slot) throws {
    steps = [.enter(root, name: "", depth: 0)]
    while let step = steps.popLast() {
      switch step {
      case .leave(let node): isOnPath[node] = false
      case .enter(let slot, let name, let depth): try enter(slot, name, depth)
      }
    }
  }

  private mutating func enter(_ slot: PickleHeap.Slot, _ name: String, _ depth: Int) throws {
    guard let index = heap.node(slot), isWorthwhile[index], !isOnPath[index] else { return }
    visits += 1
    nameBytes += name.utf8.count
    guard visits <= Self.visitLimit, depth <= Self.depthLimit, nameBytes <= Self.nameLimit else {
      throw CheckpointError.tooLarge(
        file: heap.file, place: "'\(name.prefix(60))'", what: "the tree of tensors",
        limit: "\(Self.visitLimit) places, \(Self.depthLimit) levels")
    }
    let node = heap.nodes[index]
    switch node.kind {
    case .tensor(let number), .scalar(let number):
      contents.tensors.append((name.isEmpty ? "tensor" : name, try heap.storedTensor(number)))
    case .list: enter(numbered(node.items), of: index, name, depth)
    case .tuple: enter(networks(node.items) ?? numbered(node.items), of: index, name, depth)
    case .dictionary, .orderedDictionary: enter(entries(node), of: index, name, depth)
    case .object(let className) where Self.networkClasses.contains(className):
      guard let state = heap.dictionary(slot) else { return }
      let label = name.isEmpty ? heap.value(in: state, for: "name").flatMap(heap.text) ?? "" : name
      add(label, className, settings(ofNetwork: state))
      enter(variables(state) + part("components", of: state), of: index, label, depth)
    case .object:
      if let state = heap.dictionary(slot) { enter(entries(state), of: index, name, depth) }
    case .module(let className):
      guard let state = heap.dictionary(slot) else { return }
      add(name, className, settings(ofModule: state))
      let parts = ["_parameters", "_buffers", "_modules"].flatMap { part($0, of: state) }
      enter(parts, of: index, name, depth)
    default: break
    }
  }

  /// Goes on with the named parts of node `index`, in order.
  private mutating func enter(
    _ parts: [(name: String, slot: PickleHeap.Slot)], of index: Int, _ prefix: String, _ depth: Int
  ) {
    isOnPath[index] = true
    steps.append(.leave(index))
    for (name, slot) in parts.reversed() {
      // Values that cannot lead anywhere need no step.
      guard let child = heap.node(slot), isWorthwhile[child] else { continue }
      steps.append(
        .enter(slot, name: prefix.isEmpty ? name : "\(prefix).\(name)", depth: depth + 1))
    }
  }

  private mutating func add(_ name: String, _ className: String, _ settings: [PickleHeap.Slot]) {
    let configuration = PickleValue(heap: heap, slot: heap.add(.dictionary, settings))
    contents.modules.append(
      CheckpointModule(name: name, className: className, configuration: configuration))
  }
}

// MARK: - The parts of a node

extension Flattening {
  private typealias Parts = [(name: String, slot: PickleHeap.Slot)]

  private func numbered(_ items: [PickleHeap.Slot]) -> Parts {
    items.enumerated().map { (String($0), $1) }
  }

  /// A tuple of three networks is `(G, D, Gs)`.
  private func networks(_ items: [PickleHeap.Slot]) -> Parts? {
    let isThree =
      items.count == 3
      && items.allSatisfy { slot in
        guard case .node(let index) = slot, case .object(let name) = heap.nodes[index].kind else {
          return false
        }
        return Self.networkClasses.contains(name)
      }
    return isThree ? Array(zip(["G", "D", "Gs"], items)).map { ($0, $1) } : nil
  }

  /// The entries under text and integer keys.
  private func entries(_ node: PickleHeap.Node) -> Parts {
    heap.entries(of: node).compactMap { key, value in
      if case .integer(let number) = key { return (String(number), value) }
      return heap.text(key).map { ($0, value) }
    }
  }

  private func part(_ key: String, of state: PickleHeap.Node) -> Parts {
    heap.value(in: state, for: key).flatMap(heap.dictionary).map(entries) ?? []
  }

  /// The `(name, value)` pairs of a TensorFlow network.
  private func variables(_ state: PickleHeap.Node) -> Parts {
    guard case .node(let list) = heap.value(in: state, for: "variables") else { return [] }
    return heap.nodes[list].items.compactMap { item in
      guard case .node(let pair) = item, heap.nodes[pair].items.count == 2 else { return nil }
      return heap.text(heap.nodes[pair].items[0]).map { ($0, heap.nodes[pair].items[1]) }
    }
  }

  /// A module's plain attributes, completed by what it was made with.
  private func settings(ofModule state: PickleHeap.Node) -> [PickleHeap.Slot] {
    var settings = heap.entries(of: state).filter { key, value in
      heap.text(key)?.hasPrefix("_") == false && isSetting(value)
    }
    var known = Set(settings.compactMap { heap.text($0.key) })
    func complete(from source: [(key: PickleHeap.Slot, value: PickleHeap.Slot)]) {
      settings += source.filter { key, _ in
        heap.text(key).map { known.insert($0).inserted } ?? false
      }
    }
    if let keywords = heap.value(in: state, for: "_init_kwargs").flatMap(heap.dictionary) {
      complete(from: heap.entries(of: keywords))
    }
    complete(
      from: heap.entries(of: state).filter {
        ["_init_args", "_init_kwargs"].contains(heap.text($0.key))
      })
    return settings.flatMap { [$0.key, $0.value] }
  }

  /// A network's static arguments, completed by its other plain state.
  private func settings(ofNetwork state: PickleHeap.Node) -> [PickleHeap.Slot] {
    let parts: Set = ["variables", "components", "static_kwargs", "build_module_src"]
    var settings =
      heap.value(in: state, for: "static_kwargs").flatMap(heap.dictionary)
      .map { heap.entries(of: $0) } ?? []
    let known = Set(settings.compactMap { heap.text($0.key) }).union(parts)
    settings += heap.entries(of: state).filter { key, _ in
      heap.text(key).map { !known.contains($0) } ?? false
    }
    return settings.flatMap { [$0.key, $0.value] }
  }

  /// Whether an attribute is a setting: a value, an array, or a container without tensors.
  private func isSetting(_ slot: PickleHeap.Slot) -> Bool {
    guard let index = heap.node(slot) else { return true }
    switch heap.nodes[index].kind {
    case .tensor, .scalar: return true
    case .module: return false
    default: return !isWorthwhile[index]
    }
  }
}

// MARK: - What leads to tensors

extension Flattening {
  /// For every node whether a tensor or module can be reached from it, in time linear in the heap.
  ///
  /// NumPy scalars are tensors, but in files of modules they are settings.
  private static func worthwhile(_ heap: PickleHeap) -> [Bool] {
    let hasModules = heap.nodes.contains { if case .module = $0.kind { true } else { false } }
    var result = [Bool](repeating: false, count: heap.nodes.count)
    var pending: [Int] = []
    for (index, node) in heap.nodes.enumerated() {
      switch node.kind {
      case .tensor, .module: result[index] = true
      case .scalar: result[index] = !hasModules
      case .object(let name): result[index] = networkClasses.contains(name)
      default: break
      }
      if result[index] { pending.append(index) }
    }
    // Who holds whom, as one flat table: `holders[starts[n]..<starts[n + 1]]` hold node n.
    var starts = [Int](repeating: 0, count: heap.nodes.count + 1)
    forEachEdge(heap) { _, held in starts[held + 1] += 1 }
    for index in heap.nodes.indices { starts[index + 1] += starts[index] }
    var holders = [Int](repeating: 0, count: starts[heap.nodes.count])
    var next = starts
    forEachEdge(heap) { holder, held in
      holders[next[held]] = holder
      next[held] += 1
    }
    while let index = pending.popLast() {
      for holder in holders[starts[index]..<starts[index + 1]] where !result[holder] {
        result[holder] = true
        pending.append(holder)
      }
    }
    return result
  }

  private static func forEachEdge(_ heap: PickleHeap, _ body: (_ holder: Int, _ held: Int) -> Void)
  {
    for (index, node) in heap.nodes.enumerated() {
      for case .node(let held) in node.items { body(index, held) }
    }
  }
}
