/// The type of a stored tensor's elements.
public enum ScalarType: String, Hashable, Sendable, CaseIterable {
  /// A truth value in one byte.
  case bool
  /// An unsigned 8-bit integer.
  case u8
  /// A signed 8-bit integer.
  case i8
  /// A signed 16-bit integer.
  case i16
  /// An unsigned 16-bit integer.
  case u16
  /// A signed 32-bit integer.
  case i32
  /// An unsigned 32-bit integer.
  case u32
  /// A signed 64-bit integer.
  case i64
  /// An unsigned 64-bit integer.
  case u64
  /// An IEEE 754 half.
  case f16
  /// A bfloat16: the upper half of a 32-bit float.
  case bf16
  /// An IEEE 754 single.
  case f32
  /// An IEEE 754 double.
  case f64
  /// Two 32-bit floats, real then imaginary; read as a last axis of 2.
  case complex64

  /// The bytes of one element.
  public var size: Int {
    switch self {
    case .bool, .u8, .i8: 1
    case .i16, .u16, .f16, .bf16: 2
    case .i32, .u32, .f32: 4
    case .i64, .u64, .f64, .complex64: 8
    }
  }

  /// Whether the elements are floating-point numbers.
  public var isFloatingPoint: Bool {
    switch self {
    case .f16, .bf16, .f32, .f64, .complex64: true
    default: false
    }
  }

  /// The element type of NumPy's type code (`f4`, `i8`, `b1` …), without its byte order.
  init?(numPy code: Substring) {
    switch code {
    case "b1", "?": self = .bool
    case "u1", "B": self = .u8
    case "i1", "b": self = .i8
    case "u2": self = .u16
    case "i2": self = .i16
    case "u4": self = .u32
    case "i4": self = .i32
    case "u8": self = .u64
    case "i8": self = .i64
    case "f2": self = .f16
    case "f4": self = .f32
    case "f8": self = .f64
    case "c8": self = .complex64
    default: return nil
    }
  }
}
