/// The instructions of Python's pickle format, protocols 0 to 5, by their byte.
///
/// Names and arguments are those of CPython's `pickletools`.
enum Opcode: UInt8 {
  case mark = 0x28, stop = 0x2E, pop = 0x30, popMark = 0x31, dup = 0x32
  case float = 0x46, int = 0x49, binInt = 0x4A, binInt1 = 0x4B, long = 0x4C, binInt2 = 0x4D
  case none = 0x4E, persID = 0x50, binPersID = 0x51, reduce = 0x52
  case string = 0x53, binString = 0x54, shortBinString = 0x55, unicode = 0x56, binUnicode = 0x58
  case append = 0x61, build = 0x62, global = 0x63, dict = 0x64, appends = 0x65
  case get = 0x67, binGet = 0x68, inst = 0x69, longBinGet = 0x6A, list = 0x6C, emptyList = 0x5D
  case obj = 0x6F, put = 0x70, binPut = 0x71, longBinPut = 0x72, setItem = 0x73, tuple = 0x74
  case emptyTuple = 0x29, setItems = 0x75, emptyDict = 0x7D, binFloat = 0x47
  case binBytes = 0x42, shortBinBytes = 0x43
  case proto = 0x80, newObj = 0x81, ext1 = 0x82, ext2 = 0x83, ext4 = 0x84
  case tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87, newTrue = 0x88, newFalse = 0x89
  case long1 = 0x8A, long4 = 0x8B
  case shortBinUnicode = 0x8C, binUnicode8 = 0x8D, binBytes8 = 0x8E, emptySet = 0x8F
  case addItems = 0x90, frozenSet = 0x91, newObjEx = 0x92, stackGlobal = 0x93, memoize = 0x94
  case frame = 0x95, byteArray8 = 0x96, nextBuffer = 0x97, readOnlyBuffer = 0x98

  /// What follows the byte.
  enum Argument {
    /// This many bytes.
    case fixed(Int)
    /// This many lines of text.
    case lines(Int)
    /// A little-endian count of this many bytes, then so many bytes.
    case counted(Int)
  }

  /// What follows the byte.
  var argument: Argument {
    switch self {
    case .float, .int, .long, .persID, .string, .unicode, .get, .put: .lines(1)
    case .global, .inst: .lines(2)
    case .binInt1, .binGet, .binPut, .proto, .ext1: .fixed(1)
    case .binInt2, .ext2: .fixed(2)
    case .binInt, .longBinGet, .longBinPut, .ext4: .fixed(4)
    case .binFloat, .frame: .fixed(8)
    case .long1, .shortBinString, .shortBinBytes, .shortBinUnicode: .counted(1)
    case .long4, .binString, .binUnicode, .binBytes: .counted(4)
    case .binUnicode8, .binBytes8, .byteArray8: .counted(8)
    default: .fixed(0)
    }
  }
}
