import Editing
import Foundation

/// What one direction changes, as it is shown.
struct LeakageTable: Encodable {
  let direction: String
  let by: Float
  let layers: String
  let seeds: Int
  let psi: Float
  let data: String
  let groups: [Group]
  /// Attributes that the readout cannot tell.
  let unread: [String]

  struct Group: Encodable {
    let name: String
    /// Of the group that changes most.
    let share, change: Double
    let attributes: [Line]
  }

  struct Line: Encodable {
    let name: String
    let read, change, low, high, magnitude: Double
  }

  init(
    direction: String, by: Float, layers: String, seeds: Int, psi: Float, data: String,
    groups: [GroupEffect], unread: [String]
  ) {
    (self.direction, self.by, self.layers, self.seeds) = (direction, by, layers, seeds)
    (self.psi, self.data, self.unread) = (psi, data, unread)
    let most = groups.first?.change ?? 0
    self.groups = groups.map { group in
      Group(
        name: group.group, share: most > 0 ? group.change / most : 0,
        change: group.change,
        attributes: group.effects.map {
          Line(
            name: $0.attribute.name, read: $0.attribute.explained, change: $0.change,
            low: $0.interval.lowerBound, high: $0.interval.upperBound, magnitude: $0.magnitude)
        })
    }
  }

  func show() {
    print("\(direction): by \(by) in layers \(layers), \(seeds) seeds, ψ \(psi)")
    print("attributes of \(data), in their standard deviations")
    print("                          read   change      95 %          magnitude")
    for group in groups {
      print(
        String(
          format: "%@ %16.2f   %.0f %% of the most", group.name.padded(to: 21), group.change,
          100 * group.share))
      for line in group.attributes {
        print(
          "  \(line.name.padded(to: 23))"
            + String(
              format: "%5.2f   %+6.2f  %+6.2f to %+6.2f  %8.2f", line.read, line.change, line.low,
              line.high, line.magnitude))
      }
    }
    if !unread.isEmpty { print("not readable: \(unread.joined(separator: ", "))") }
  }
}
