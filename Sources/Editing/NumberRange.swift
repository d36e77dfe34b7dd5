/// Numbers to sweep over: `-1:1:0.25` (first, last, step) or a list `-1,0,0.7`.
public struct NumberRange: Hashable, Sendable {
  /// The numbers, in order.
  public let values: [Float]

  /// The most numbers in one range.
  static let limit = 1000

  /// Reads `first:last:step`, both ends included, or a list.
  ///
  /// Values are first + k·step computed in double precision and rounded to six decimals, so that a
  /// sweep passes through 0 exactly.
  public init(parsing text: String) throws(EditingError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 3 {
      guard let first = Double(parts[0]), let last = Double(parts[1]), let step = Double(parts[2]),
        first.isFinite, last.isFinite, step.isFinite, step != 0, (last - first) / step >= 0
      else {
        throw .invalidRange(text: text, reason: "its step leads nowhere or is no number")
      }
      let count = ((last - first) / step + 1e-6).rounded(.down) + 1
      guard count <= Double(Self.limit) else {
        throw .invalidRange(text: text, reason: "it has more than \(Self.limit) values")
      }
      let numbers = (0..<Int(count)).map {
        Float(((first + Double($0) * step) * 1e6).rounded() / 1e6)
      }
      guard numbers.allSatisfy(\.isFinite) else {
        throw .invalidRange(text: text, reason: "its values are too large")
      }
      values = numbers
      return
    }
    var list: [Float] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Float(part.trimmingSpaces()), value.isFinite else {
        throw .invalidRange(text: text, reason: "'\(part)' is no number")
      }
      list.append(value)
    }
    values = list
  }
}
