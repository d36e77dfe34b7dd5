/// A dense array of 32-bit floats with value semantics.
///
/// Elements are contiguous in row-major order; images are `[N, C, H, W]`. Copies share their
/// memory until one of them is written. Memory that a tensor owns is 64-byte aligned; a tensor
/// that borrows (from a memory-mapped checkpoint) is aligned as its file is, at least to 4 bytes.
public struct Tensor: Sendable {
  /// The extents, outermost first.
  public let shape: Shape

  private var storage: TensorStorage

  /// The operation that made it, where a gradient is asked for.
  private(set) var record: OperationRecord?

  /// A tensor of `shape` whose elements all are `value`.
  public init(repeating value: Float, shape: Shape) {
    self.init(uninitialized: shape) { $0.initialize(repeating: value) }
  }

  /// A tensor of zeros.
  public init(zeros shape: Shape) { self.init(repeating: 0, shape: shape) }

  /// A tensor of `shape` holding `values` in row-major order.
  public init(_ values: [Float], shape: Shape) {
    precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
    self.init(uninitialized: shape) { destination in
      values.withUnsafeBufferPointer { source in
        if let base = source.baseAddress, let to = destination.baseAddress {
          to.update(from: base, count: source.count)
        }
      }
    }
  }

  /// A scalar: shape `[]`.
  public init(_ value: Float) { self.init([value], shape: []) }

  /// A tensor whose every element is written by `fill`.
  public init(
    uninitialized shape: Shape,
    _ fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    self.shape = shape
    storage = TensorStorage(count: shape.count)
    try fill(UnsafeMutableBufferPointer(start: storage.base, count: shape.count))
  }

  /// A tensor over memory that somebody else owns and never writes, kept alive by `owner`.
  ///
  /// The first write copies, so the borrowed memory stays as it is.
  public init(borrowing base: UnsafePointer<Float>, shape: Shape, owner: any AnyObject & Sendable) {
    self.shape = shape
    storage = TensorStorage(borrowing: base, owner: owner)
  }

  /// A tensor that stays for long, such as prepared weights, whose every element is written by `fill`.
  init(lasting shape: Shape, _ fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    self.shape = shape
    storage = TensorStorage(count: shape.count, isLasting: !Memory.isPassing)
    try fill(UnsafeMutableBufferPointer(start: storage.base, count: shape.count))
  }

  private init(storage: TensorStorage, shape: Shape, record: OperationRecord? = nil) {
    self.storage = storage
    self.shape = shape
    self.record = record
  }

  /// The same elements under another record.
  func with(_ record: OperationRecord?) -> Tensor {
    Tensor(storage: storage, shape: shape, record: record)
  }

  /// The number of elements.
  public var count: Int { shape.count }

  /// The memory behind it, in bytes: at least that of its elements, and shared with its copies; 0 for
  /// memory that it borrows.
  package var memoryBytes: Int { storage.bytes }

  /// Says that `bytes` more (or fewer) are held by tensors that are kept for later under a budget, so
  /// that the memory which is reused between operations is not made smaller for it.
  package static func setAside(bytes: Int) { Memory.setAside(bytes: bytes) }

  /// Runs `body` with results in blocks of memory that are hardly larger than they: for what is kept
  /// under a budget, which counts whole blocks.
  package static func withTightMemory<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Memory.$isTight.withValue(true, operation: body)
  }

  /// Runs `body`, a step of training, with weights that the next one changes: what is made of them does
  /// not stay.
  package static func withPassingWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Memory.$isPassing.withValue(true, operation: body)
  }

  /// Lets the system have the memory back that holds the elements, if they are borrowed from where
  /// they can be read again.
  func release() { storage.release(count) }

  /// The elements in row-major order.
  public var scalars: [Float] { withUnsafeBuffer { Array($0) } }

  /// The only element of a one-element tensor.
  public var scalar: Float {
    precondition(count == 1, "a tensor of shape \(shape) is not a scalar")
    return storage.base[0]
  }

  /// Reads the elements in row-major order.
  public func withUnsafeBuffer<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: storage.base, count: count))
    }
  }

  /// Reads and writes the elements in row-major order; copies first if they are shared.
  ///
  /// A tracked tensor is never written: its gradient would be that of other elements.
  public mutating func withUnsafeMutableBuffer<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    precondition(record == nil, "a tracked tensor cannot be written")
    if !isKnownUniquelyReferenced(&storage) || storage.isBorrowed {
      storage = TensorStorage(copying: storage, count: count)
    }
    return try body(UnsafeMutableBufferPointer(start: storage.base, count: count))
  }

  /// The same elements under another shape of the same count; no copy.
  public func reshaped(_ newShape: Shape) -> Tensor {
    precondition(newShape.count == count, "cannot view \(shape) as \(newShape)")
    let view = Tensor(storage: storage, shape: newShape)
    guard Tape.records(self) else { return view }
    return view.recorded(from: [self]) { [shape] gradient, _ in [gradient.reshaped(shape)] }
  }

  /// The element at one index an axis.
  public subscript(index: Int...) -> Float {
    precondition(index.count == shape.rank, "\(index.count) indices for shape \(shape)")
    var offset = 0
    for (axis, i) in index.enumerated() {
      precondition(i >= 0 && i < shape[axis], "index \(index) outside \(shape)")
      offset = offset * shape[axis] + i
    }
    return storage.base[offset]
  }
}

/// An owner of borrowed memory that can be let go and read again: a mapped file.
public protocol ReleasableMemory: AnyObject, Sendable {
  /// Lets the system have pages back that lie within `bytes`; reading them later gives the same.
  func release(_ bytes: UnsafeRawBufferPointer)
}

/// The memory behind tensors: owned and 64-byte aligned, or borrowed from a living owner.
///
/// Written only through a uniquely referenced tensor, which makes sharing across threads safe.
private final class TensorStorage: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  private let owner: (any AnyObject & Sendable)?
  private let block: Memory.Block?
  private let isLasting: Bool

  var isBorrowed: Bool { owner != nil }
  var bytes: Int { block?.bytes ?? 0 }

  init(count: Int, isLasting: Bool = false) {
    let block = Memory.take(
      bytes: max(count, 1) * MemoryLayout<Float>.stride, isLasting: isLasting)
    base = block.base.bindMemory(to: Float.self, capacity: max(count, 1))
    self.block = block
    self.isLasting = isLasting
    owner = nil
  }

  init(borrowing source: UnsafePointer<Float>, owner: any AnyObject & Sendable) {
    base = UnsafeMutablePointer(mutating: source)
    self.owner = owner
    block = nil
    isLasting = false
  }

  func release(_ count: Int) {
    guard let owner = owner as? any ReleasableMemory else { return }
    owner.release(
      UnsafeRawBufferPointer(start: base, count: count * MemoryLayout<Float>.stride))
  }

  convenience init(copying other: TensorStorage, count: Int) {
    self.init(count: count)
    base.update(from: other.base, count: count)
  }

  deinit {
    if let block { Memory.give(block, isLasting: isLasting) }
  }
}
