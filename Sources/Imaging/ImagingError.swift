/// What can be wrong with a picture file, or with what is to be written into one.
public enum ImagingError: Error, Equatable, Sendable {
  /// A file could not be opened or read: its path and the system's reason.
  case cannotRead(path: String, reason: String)
  /// The bytes are no picture that Atelier reads: the file's name and what it seems to be.
  case unsupportedFormat(name: String, found: String)
  /// The picture is broken, cut off, or refused for its size: the file's name and the reason.
  case damaged(name: String, reason: String)
  /// A picture or its numbers are no usable map: the file's or the map's name and what is wrong.
  case notAMap(name: String, reason: String)
  /// Numbers that make no shape to draw a mask with: the shape and what is wrong.
  case badShape(shape: String, reason: String)
  /// A palette that cannot be read or lacks a colour or a class: its name and what is wrong.
  case badPalette(name: String, reason: String)
  /// A file could not be written: its path and the system's reason. Nothing was left behind.
  case cannotWrite(path: String, reason: String)
  /// A face cannot be cut out: why.
  case cannotAlign(reason: String)
  /// The picture or its texts do not fit the file format: what was refused and why.
  case cannotEncode(reason: String)
}

extension ImagingError: CustomStringConvertible {
  /// One line: where, what, and what to do about it.
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "\(path): cannot be read: \(reason). Check the path and its permissions."
    case .unsupportedFormat(let name, let found):
      "\(name): \(found); Atelier reads PNG, and photographs as JPEG. Convert it to PNG first."
    case .damaged(let name, let reason):
      "\(name): not a usable picture: \(reason). Restore the file or export it again."
    case .notAMap(let name, let reason): "\(name): not a usable map: \(reason)."
    case .badShape(let shape, let reason): "the \(shape) makes no mask: \(reason)."
    case .badPalette(let name, let reason): "palette \(name): \(reason)."
    case .cannotWrite(let path, let reason):
      "\(path): cannot be written: \(reason). Check the folder, its permissions and free space."
    case .cannotAlign(let reason):
      "the face cannot be aligned: \(reason)."
    case .cannotEncode(let reason):
      "the picture cannot be written as PNG: \(reason)."
    }
  }
}
