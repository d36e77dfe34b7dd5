/// The shapes of a network's parameters, from which its sizes are read.
struct ParameterShapes {
  let parameters: [String: Parameter]
  /// What all names begin with.
  var prefix = ""

  /// Whether the file has a parameter.
  func has(_ name: String) -> Bool { parameters[prefix + name] != nil }

  /// The extent of one axis, 1 or more; `nil` where the parameter or the axis is missing or empty,
  /// for the reader to report.
  subscript(name: String, axis: Int) -> Int? {
    guard let shape = parameters[prefix + name]?.shape, axis < shape.rank, shape[axis] > 0
    else { return nil }
    return shape[axis]
  }

  /// The number of blocks from 4×4 up: `name(4)`, `name(8)` … as far as they go.
  func blockCount(_ name: (_ resolution: Int) -> String) -> Int {
    (0..<20).prefix { has(name(4 << $0)) }.count
  }
}
