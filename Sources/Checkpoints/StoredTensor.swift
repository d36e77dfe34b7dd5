import Foundation
import Tensors

/// A tensor that still lies in its file: its type and shape are known and checked, its elements
/// are read when asked for.
public struct StoredTensor: Sendable {
  /// The type of the elements in the file.
  public let type: ScalarType

  /// The extents, outermost first; complex numbers have a last axis of 2.
  public let shape: Shape

  private let bytes: ByteRegion
  private let layout: TensorLayout
  private let isBigEndian: Bool
  /// The type read at each place of the layout: `f32` for complex numbers.
  private let element: ScalarType

  /// A tensor laid out over `bytes`, which hold at least the elements that `layout` was checked
  /// against.
  init(type: ScalarType, layout: TensorLayout, bytes: ByteRegion, isBigEndian: Bool = false) {
    let isComplex = type == .complex64
    self.type = type
    self.bytes = bytes
    self.layout = isComplex ? layout.pairs : layout
    self.isBigEndian = isBigEndian
    element = isComplex ? .f32 : type
    shape = self.layout.shape
  }

  /// The number of elements.
  public var count: Int { layout.count }

  /// What errors call the file.
  package var file: String { bytes.name }

  /// The elements as 32-bit floats.
  ///
  /// Little-endian, contiguous and aligned floats are borrowed from the mapped file without a
  /// copy; anything else is converted. Integers beyond 2²⁴ and doubles are rounded.
  public func tensor() throws -> Tensor {
    if element == .f32, !isBigEndian, layout.isContiguous, count > 0 {
      let start = bytes.base + layout.offset * 4
      if Int(bitPattern: start) % 4 == 0 {
        let floats = start.assumingMemoryBound(to: Float.self)
        return Tensor(borrowing: floats, shape: shape, owner: bytes.file)
      }
    }
    return Tensor(uninitialized: shape) { read(into: $0.baseAddress) }
  }

  /// The elements as doubles, in row-major order; exact but for 64-bit integers beyond 2⁵³.
  package func doubles() throws -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      read(into: buffer.baseAddress)
      filled = count
    }
  }

  /// The elements of an integer or truth-value tensor, in row-major order.
  package func integers() throws -> [Int64] {
    guard !type.isFloatingPoint else {
      throw CheckpointError.unsuitable(
        file: bytes.name, tensor: "\(type) \(shape)", problem: "holds no integers")
    }
    var values: [Int64] = []
    values.reserveCapacity(count)
    var beyond = false
    withExtendedLifetime(bytes.file) {
      let base = bytes.base
      layout.forEach { index in
        let place = base + index * element.size
        switch element {
        case .bool: values.append(place.load(as: UInt8.self) == 0 ? 0 : 1)
        case .u8: values.append(Int64(place.load(as: UInt8.self)))
        case .i8: values.append(Int64(place.load(as: Int8.self)))
        case .u16: values.append(Int64(load(UInt16.self, place)))
        case .i16: values.append(Int64(load(Int16.self, place)))
        case .u32: values.append(Int64(load(UInt32.self, place)))
        case .i32: values.append(Int64(load(Int32.self, place)))
        case .u64:
          let value = load(UInt64.self, place)
          beyond = beyond || value > UInt64(Int64.max)
          values.append(Int64(truncatingIfNeeded: value))
        default: values.append(load(Int64.self, place))
        }
      }
    }
    guard !beyond else {
      throw CheckpointError.unsuitable(
        file: bytes.name, tensor: "\(type) \(shape)", problem: "holds integers beyond 2⁶³")
    }
    return values
  }

  @inline(__always)
  private func load<Integer: FixedWidthInteger>(
    _ type: Integer.Type, _ place: UnsafeRawPointer
  ) -> Integer {
    let raw = place.loadUnaligned(as: Integer.self)
    return isBigEndian ? Integer(bigEndian: raw) : Integer(littleEndian: raw)
  }

  /// Converts every element, in row-major order.
  private func read<Number: BinaryFloatingPoint>(into destination: UnsafeMutablePointer<Number>?) {
    guard let destination else { return }
    switch element {
    case .bool: gather(destination) { $0.load(as: UInt8.self) == 0 ? 0 : 1 }
    case .u8: gather(destination) { Number($0.load(as: UInt8.self)) }
    case .i8: gather(destination) { Number($0.load(as: Int8.self)) }
    case .u16: gather(destination) { Number(load(UInt16.self, $0)) }
    case .i16: gather(destination) { Number(load(Int16.self, $0)) }
    case .u32: gather(destination) { Number(load(UInt32.self, $0)) }
    case .i32: gather(destination) { Number(load(Int32.self, $0)) }
    case .u64: gather(destination) { Number(load(UInt64.self, $0)) }
    case .i64: gather(destination) { Number(load(Int64.self, $0)) }
    case .f16: gather(destination) { Number(Float(Float16(bitPattern: load(UInt16.self, $0)))) }
    case .bf16:
      gather(destination) { Number(Float(bitPattern: UInt32(load(UInt16.self, $0)) << 16)) }
    case .f32, .complex64: gather(destination) { Number(Float(bitPattern: load(UInt32.self, $0))) }
    case .f64: gather(destination) { Number(Double(bitPattern: load(UInt64.self, $0))) }
    }
  }

  @inline(__always)
  private func gather<Number>(
    _ destination: UnsafeMutablePointer<Number>, _ convert: (UnsafeRawPointer) -> Number
  ) {
    withExtendedLifetime(bytes.file) {
      let base = bytes.base
      let size = element.size
      var target = destination
      layout.forEach { index in
        target.initialize(to: convert(base + index * size))
        target += 1
      }
    }
  }
}

extension StoredTensor: CustomStringConvertible {
  /// The type and shape, as `f32 [512, 512]`.
  public var description: String { "\(type.rawValue) \(shape)" }
}
