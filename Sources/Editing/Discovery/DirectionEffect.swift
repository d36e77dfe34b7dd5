import Foundation
import Tensors

/// What a direction does to one attribute of the pictures that move along it.
public struct DirectionEffect: Sendable, Hashable {
  /// The attribute, and how well it is read.
  public let attribute: AttributeReadout.Attribute
  /// The mean change, in standard deviations of the attribute in the data.
  public let change: Double
  /// The 95 % bootstrap interval of the mean change (percentiles of 1,000 resamplings).
  public let interval: ClosedRange<Double>
  /// The root of the mean squared change: what changes to and fro has no mean, but this.
  public let magnitude: Double

  /// Whether the change could be none.
  public var isUncertain: Bool { interval.contains(0) }

  /// The effects on all attributes, from what is read before and after the move: both `[N, attributes]`,
  /// a row a picture, N ≥ 2.
  public static func effects(
    before: Tensor, after: Tensor, _ attributes: [AttributeReadout.Attribute], seed: UInt32 = 1
  ) -> [DirectionEffect] {
    let count = before.shape[0]
    precondition(
      count > 1 && before.shape == after.shape && before.shape == [count, attributes.count],
      "effects of \(before.shape) and \(after.shape) on \(attributes.count) attributes")
    var random = RandomState(seed: seed)
    let resamplings = (0..<1000).map { _ in
      (0..<count).map { _ in random.integer(in: 0..<count) }
    }
    return attributes.enumerated().map { index, attribute in
      let changes = (0..<count).map { Double(after[$0, index]) - Double(before[$0, index]) }
      let means = resamplings.map { rows in
        rows.reduce(0) { $0 + changes[$1] } / Double(count)
      }.sorted()
      return DirectionEffect(
        attribute: attribute, change: changes.reduce(0, +) / Double(count),
        interval: means[24]...means[975],
        magnitude: (changes.reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot())
    }
  }
}

/// The effects on the attributes of a group together.
public struct GroupEffect: Sendable, Hashable {
  /// The group.
  public let group: String
  /// The effects on its attributes.
  public let effects: [DirectionEffect]
  /// The root mean square of their mean changes.
  public let change: Double

  /// Effects by group, the most changed first; only of attributes of which the readout explains at
  /// least `readable`.
  public static func groups(_ effects: [DirectionEffect], readable: Double) -> [GroupEffect] {
    let known = effects.filter { $0.attribute.explained >= readable }
    return Dictionary(grouping: known) { $0.attribute.group }.map { group, members in
      let squares = members.reduce(0) { $0 + $1.change * $1.change }
      return GroupEffect(
        group: group, effects: members, change: (squares / Double(members.count)).squareRoot())
    }.sorted { ($1.change, $0.group) < ($0.change, $1.group) }
  }
}
