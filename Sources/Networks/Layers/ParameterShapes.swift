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

  /// The first extent that is known of several parameters, so that a missing one does not make its
  /// neighbours look wrong; 1 where all are missing.
  func extent(_ places: (name: String, axis: Int)...) -> Int {
    places.lazy.compactMap { self[$0.name, $0.axis] }.first ?? 1
  }

  /// One more than the highest number below `limit` whose parameter the file has; 0 if it has none.
  func count(below limit: Int, _ name: (Int) -> String) -> Int {
    ((0..<limit).last { has(name($0)) } ?? -1) + 1
  }
}
