import Foundation

/// Cuts faces out as the FFHQ data set has them (Karras et al., arXiv 1812.04948, appendix A): what
/// face networks were trained on, and so what inversion needs.
public enum FaceAlignment {
  /// The largest square that is cut out, in pixels a side; a padded picture is not much larger.
  private static let largestSquare = 16384.0
  /// The picture is sampled at so many times the result's side, then shrunk.
  private static let oversampling = 4

  /// The face at `points` upright in the middle of a square of `side` pixels.
  ///
  /// A large picture is shrunk first; where the square leaves it, it is continued by reflection,
  /// blurred and blended towards its median colour; then it is sampled bilinearly at four times the
  /// size and shrunk by Lanczos. Transparent pictures are laid over white, grey ones become RGB.
  ///
  /// Throws ``ImagingError/cannotAlign(reason:)`` for points that make no square, or one that does
  /// not touch the picture.
  public static func align(
    _ picture: Image, points: FacePoints, side: Int
  ) throws(ImagingError) -> Image {
    precondition((1...4096).contains(side), "an aligned picture of \(side) pixels a side")
    var image = picture.flattened(onto: [255, 255, 255])
    var square = try checked(points, in: image)
    let shrink = Int((square.side / Double(side) * 0.5).rounded(.down))
    if shrink > 1 {
      func shrunk(_ size: Int) -> Int {
        max(1, Int((Double(size) / Double(shrink)).rounded(.toNearestOrEven)))
      }
      image = image.resized(
        width: shrunk(image.width), height: shrunk(image.height), filter: .lanczos)
      square.corners = square.corners.map { $0 / Double(shrink) }
      square.side /= Double(shrink)
    }
    let border = max(Int((square.side * 0.1).rounded(.toNearestOrEven)), 3)
    image = cropped(image, &square, border: border)
    image = padded(image, &square, border: border)
    let size = side * oversampling
    return image.sampled(square.corners.map { $0 + 0.5 }, width: size, height: size)
      .resized(width: side, height: side, filter: .lanczos)
  }

  /// The middle of a picture, as large a square as fits, resampled to `side` pixels by Lanczos:
  /// what can be done without points.
  public static func centre(_ picture: Image, side: Int) -> Image {
    let image = picture.flattened(onto: [255, 255, 255])
    let shorter = min(image.width, image.height)
    return image.cropped(
      x: (image.width - shorter) / 2, y: (image.height - shorter) / 2, width: shorter,
      height: shorter
    ).resized(width: side, height: side, filter: .lanczos)
  }

  private static func checked(
    _ points: FacePoints, in image: Image
  ) throws(ImagingError) -> FaceSquare {
    let square = points.square
    guard square.side.isFinite, square.corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }),
      square.side >= 2
    else {
      throw .cannotAlign(reason: "the eyes and the mouth lie on one another")
    }
    guard square.side <= largestSquare else {
      throw .cannotAlign(reason: "the face would be more than 16384 pixels wide")
    }
    let eyesAndMouth = [points.leftEye, points.rightEye, points.mouth]
    let (width, height) = (Double(image.width), Double(image.height))
    guard
      eyesAndMouth.allSatisfy({ $0.x >= 0 && $0.y >= 0 && $0.x <= width && $0.y <= height })
    else {
      throw .cannotAlign(
        reason: "the points lie outside of the picture of \(image.width)×\(image.height) pixels")
    }
    guard points.rightEye.x > points.leftEye.x || points.mouth.y < points.leftEye.y else {
      throw .cannotAlign(
        reason: "the left eye is to the right of the right one; left and right are those of the "
          + "picture")
    }
    return square
  }

  /// The part of the picture around the square, `border` pixels more on every side.
  private static func cropped(_ image: Image, _ square: inout FaceSquare, border: Int) -> Image {
    let bounds = square.bounds
    let left = min(max(bounds.left - border, 0), image.width - 1)
    let top = min(max(bounds.top - border, 0), image.height - 1)
    let right = max(min(bounds.right + border, image.width), left + 1)
    let bottom = max(min(bounds.bottom + border, image.height), top + 1)
    guard right - left < image.width || bottom - top < image.height else { return image }
    let offset = SIMD2(Double(left), Double(top))
    square.corners = square.corners.map { $0 - offset }
    return image.cropped(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// The picture continued where the square leaves it.
  private static func padded(_ image: Image, _ square: inout FaceSquare, border: Int) -> Image {
    let bounds = square.bounds
    var margins = ImageMargins(
      left: max(-bounds.left + border, 0), top: max(-bounds.top + border, 0),
      right: max(bounds.right - image.width + border, 0),
      bottom: max(bounds.bottom - image.height + border, 0))
    guard margins.largest > border - 4 else { return image }
    margins.raise(to: Int((square.side * 0.3).rounded(.toNearestOrEven)))
    let offset = SIMD2(Double(margins.left), Double(margins.top))
    square.corners = square.corners.map { $0 + offset }
    return image.continued(by: margins, blur: square.side * 0.02)
  }
}
