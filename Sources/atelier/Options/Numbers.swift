import ArgumentParser
import Imaging

/// Lists of numbers on the command line, such as `0.5,0.4,0.2,0.06`.
enum Numbers {
  /// Finite numbers separated by commas.
  static func list(_ text: String, _ what: String, count: Int? = nil) throws -> [Double] {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
      .map { Double($0.trimmingPrefix(" ")) }
    let values = numbers.compactMap { $0 }
    guard values.count == numbers.count, values.allSatisfy(\.isFinite),
      count.map({ $0 == values.count }) ?? true
    else {
      throw ValidationError("'\(text)' is not \(what).")
    }
    return values
  }

  /// A pixel, or a way in pixels.
  static func pixel(_ text: String?, _ option: String) throws -> (x: Int, y: Int) {
    guard let text else { throw ValidationError("Missing \(option): two numbers such as 40,30.") }
    let values = try list(text, "two whole numbers such as 40,30", count: 2)
    guard let x = Int(exactly: values[0]), let y = Int(exactly: values[1]),
      max(abs(x), abs(y)) < 1 << 30
    else { throw ValidationError("'\(text)' is not two whole numbers such as 40,30.") }
    return (x, y)
  }

  /// Places, two numbers each.
  static func points(_ text: String) throws -> [MaskShape.Point] {
    let values = try list(text, "a list of places such as 40,30,80,34")
    guard values.count.isMultiple(of: 2) else {
      throw ValidationError("'\(text)' has an odd number of coordinates.")
    }
    return stride(from: 0, to: values.count, by: 2).map { .init(values[$0], values[$0 + 1]) }
  }

  /// `x,y,width,height`.
  static func rectangle(_ text: String) throws -> MaskShape.Form {
    let n = try list(text, "a rectangle: its left and upper edge, its width and height", count: 4)
    return .rectangle(x: n[0], y: n[1], width: n[2], height: n[3])
  }

  /// `x,y,rx,ry`.
  static func ellipse(_ text: String) throws -> MaskShape.Form {
    let n = try list(text, "an ellipse: its centre and its two radii", count: 4)
    return .ellipse(x: n[0], y: n[1], rx: n[2], ry: n[3])
  }
}
