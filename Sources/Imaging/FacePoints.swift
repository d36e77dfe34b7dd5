import Foundation

/// Where a face is in a picture: pixels, x to the right and y down, (0, 0) the top left corner.
public struct FacePoints: Hashable, Sendable {
  /// The centre of the eye on the left of the picture.
  public var leftEye: SIMD2<Double>
  /// The centre of the eye on the right of the picture.
  public var rightEye: SIMD2<Double>
  /// The middle between the corners of the mouth.
  public var mouth: SIMD2<Double>

  /// Points; see the properties.
  public init(leftEye: SIMD2<Double>, rightEye: SIMD2<Double>, mouth: SIMD2<Double>) {
    (self.leftEye, self.rightEye, self.mouth) = (leftEye, rightEye, mouth)
  }

  /// Points from numbers: x and y of the left eye, the right eye, and the mouth's middle or its two
  /// corners; `nil` for another count, or numbers that are not finite.
  public init?(_ numbers: [Double]) {
    guard numbers.count == 6 || numbers.count == 8, numbers.allSatisfy(\.isFinite) else {
      return nil
    }
    let points = stride(from: 0, to: numbers.count, by: 2).map {
      SIMD2(numbers[$0], numbers[$0 + 1])
    }
    self.init(
      leftEye: points[0], rightEye: points[1],
      mouth: points.count == 3 ? points[2] : (points[2] + points[3]) / 2)
  }

  /// Reads `x,y,x,y,x,y[,x,y]`: left eye, right eye, mouth (its middle, or both corners).
  public init?(parsing text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
      .map { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard !numbers.contains(nil) else { return nil }
    self.init(numbers.compactMap { $0 })
  }

  /// The points of one picture in a JSON file; `nil` if it holds none that can be read.
  ///
  /// The object holds `eye_left_in_picture`, `eye_right_in_picture` and either `mouth` or
  /// `mouth_left_in_picture` and `mouth_right_in_picture`, each `[x, y]`; or it holds such objects by
  /// the pictures' file names, on top or under `points`.
  public init?(json: Data, picture: String) {
    guard let top = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      return nil
    }
    let pictures = top["points"] as? [String: Any] ?? top
    let object = pictures[picture] as? [String: Any] ?? pictures
    func point(_ name: String) -> [Double]? {
      guard let numbers = object[name] as? [Double], numbers.count == 2 else { return nil }
      return numbers
    }
    guard let left = point("eye_left_in_picture"), let right = point("eye_right_in_picture") else {
      return nil
    }
    if let mouth = point("mouth") {
      self.init(left + right + mouth)
    } else if let from = point("mouth_left_in_picture"), let to = point("mouth_right_in_picture") {
      self.init(left + right + from + to)
    } else {
      return nil
    }
  }

  /// The square that the FFHQ data set would cut out around the face.
  ///
  /// With e from eye to eye, E their middle and m from E to the mouth: x = e − (m_y, m_x)·(−1, 1)
  /// with the length max(2 |e|, 1.8 |m|), y = (−x_y, x_x), and the centre E + 0.1 m.
  var square: FaceSquare {
    let (e, middle) = (rightEye - leftEye, (leftEye + rightEye) / 2)
    let m = mouth - middle
    var x = e - SIMD2(-m.y, m.x)
    x /= Self.length(x)
    x *= max(2 * Self.length(e), 1.8 * Self.length(m))
    let y = SIMD2(-x.y, x.x), centre = middle + 0.1 * m
    return FaceSquare(
      corners: [centre - x - y, centre - x + y, centre + x + y, centre + x - y],
      side: 2 * Self.length(x))
  }

  private static func length(_ v: SIMD2<Double>) -> Double { hypot(v.x, v.y) }
}

/// A square in a picture, possibly turned.
struct FaceSquare {
  /// Top left, bottom left, bottom right, top right.
  var corners: [SIMD2<Double>]
  /// The length of a side.
  var side: Double

  /// The whole pixels around it.
  var bounds: (left: Int, top: Int, right: Int, bottom: Int) {
    let (xs, ys) = (corners.map(\.x), corners.map(\.y))
    return (
      Int((xs.min() ?? 0).rounded(.down)), Int((ys.min() ?? 0).rounded(.down)),
      Int((xs.max() ?? 0).rounded(.up)), Int((ys.max() ?? 0).rounded(.up))
    )
  }
}
