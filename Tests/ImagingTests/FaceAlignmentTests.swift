import Foundation
import Imaging
import Testing

/// Expected pictures from the recipe in Pillow's and SciPy's own arithmetic
/// (`Tests/Fixtures/imaging/photos/make.py`).
@Suite("Aligning faces")
struct FaceAlignmentTests {
  static let cases: [(points: [Double], side: Int)] = [
    ([100, 90, 150, 92, 126, 140], 48), ([60, 150, 130, 120, 120, 190], 32),
    ([12, 20, 50, 18, 30, 52], 40), ([40, 60, 210, 70, 120, 205], 24),
  ]

  @Test("gives the published recipe's pictures, within one level", arguments: 0..<4)
  func recipe(index: Int) throws {
    let source = try Image(contentsOf: Samples.fixture("photos/face.png"))
    let expected = try Samples.read("photos/faces")[index]
    let points = try #require(FacePoints(Self.cases[index].points))
    let found = try FaceAlignment.align(source, points: points, side: Self.cases[index].side)
    #expect(found.width == expected.width && found.height == expected.height)
    let errors = zip(found.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
    // Sums in another order may round a blurred sample to the neighbouring level.
    #expect((errors.max() ?? 0) <= 1)
    #expect(errors.count { $0 > 0 } * 200 <= errors.count)
  }

  @Test("without points takes the middle")
  func centre() {
    let source = Samples.picture(width: 30, height: 20, channels: 3)
    #expect(
      FaceAlignment.centre(source, side: 20) == source.cropped(x: 5, y: 0, width: 20, height: 20))
    #expect(FaceAlignment.centre(source, side: 7).width == 7)
  }

  @Test("refuses points that make no face")
  func refusals() throws {
    let source = Samples.picture(width: 30, height: 20, channels: 3)
    for numbers in [
      [5, 5, 5, 5, 5, 5], [5, 5, 400, 5, 10, 15], [-1, 5, 10, 5, 8, 15], [20, 5, 10, 5, 15, 15],
    ] as [[Double]] {
      let points = try #require(FacePoints(numbers))
      #expect(throws: ImagingError.self) {
        try FaceAlignment.align(source, points: points, side: 16)
      }
    }
  }

  @Test("reads points from numbers and from files")
  func reading() throws {
    let expected = FacePoints(leftEye: [1, 2], rightEye: [3, 4], mouth: [6, 7])
    #expect(FacePoints(parsing: "1,2,3,4,6,7") == expected)
    #expect(FacePoints(parsing: "1, 2, 3, 4, 5, 6.5, 7, 7.5") == expected)
    for text in ["", "1,2,3", "1,2,3,4,5,x", "1,2,3,4,5,nan", "1,2,3,4,5,6,7"] {
      #expect(FacePoints(parsing: text) == nil)
    }
    let corners = """
      {"eye_left_in_picture": [1, 2], "eye_right_in_picture": [3, 4],
       "mouth_left_in_picture": [5, 6.5], "mouth_right_in_picture": [7, 7.5]}
      """
    let whole = #"{"units": "pixels", "points": {"a.jpg": \#(corners)}}"#
    #expect(FacePoints(json: Data(corners.utf8), picture: "a.jpg") == expected)
    #expect(FacePoints(json: Data(whole.utf8), picture: "a.jpg") == expected)
    #expect(FacePoints(json: Data(whole.utf8), picture: "b.jpg") == nil)
    #expect(FacePoints(json: Data("[]".utf8), picture: "a.jpg") == nil)
  }
}
