import ArgumentParser
import Editing
import Networks

/// What an inversion minimises: distances by name with weights, such as `lpips-alex,l2:0.5`.
struct DistanceList {
  /// The parts; networks' distances compare pictures shrunk to 256 pixels.
  let terms: [PictureDistance.Term]

  /// The side that trained distances see.
  static let side = 256

  /// Names and weights; throws where one is not a name with a positive weight.
  static func parts(_ text: String) throws -> [(name: String, weight: Float)] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      // A file's name may hold colons.
      let colon = part.lastIndex(of: ":")
      let weight = colon.flatMap { Float(part[part.index(after: $0)...]) }
      let name = weight == nil ? part : part[..<(colon ?? part.endIndex)]
      guard !name.isEmpty, (weight ?? 1).isFinite, (weight ?? 1) > 0 else {
        throw ValidationError(
          "'\(text)' is not a list of distances. Write for example lpips-alex,l2:0.5.")
      }
      return (String(name), weight ?? 1)
    }
  }

  /// The distances that a text names.
  init(_ text: String) throws {
    terms = try Self.parts(text).map { name, weight in
      let distance = try MetricReader.distance(name == "gradients" ? "gradient" : name)
      return .init(distance, weight: weight, side: distance is LPIPS ? Self.side : nil)
    }
  }

  /// The sum.
  var pictureDistance: PictureDistance { PictureDistance(terms) }

  /// What results are told by: the first LPIPS, or the first of all.
  var judge: any PerceptualDistance {
    terms.lazy.map(\.distance).first { $0 is LPIPS } ?? terms[0].distance
  }

  /// The smallest side of pictures that every distance can compare.
  var smallestSide: Int { terms.map(\.distance.smallestSide).max() ?? 1 }
}
