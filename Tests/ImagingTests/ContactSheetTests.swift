import Imaging
import Testing

@Suite("A contact sheet")
struct ContactSheetTests {
  private static let red = Image(width: 64, height: 64, colour: [200, 0, 0])
  private static let blue = Image(width: 64, height: 64, colour: [0, 0, 200])

  /// The rectangle in which `colour` occurs, and how often.
  private func extent(
    of colour: [UInt8], in image: Image
  ) -> (x: ClosedRange<Int>, y: ClosedRange<Int>, count: Int)? {
    var (xs, ys): ([Int], [Int]) = ([], [])
    for y in 0..<image.height {
      for x in 0..<image.width {
        let start = (y * image.width + x) * 3
        if Array(image.pixels[start..<start + 3]) == colour {
          xs.append(x)
          ys.append(y)
        }
      }
    }
    guard let left = xs.min(), let right = xs.max(), let top = ys.min(), let bottom = ys.max()
    else { return nil }
    return (left...right, top...bottom, xs.count)
  }

  @Test("without labels is the cells with gaps of two pixels")
  func plain() throws {
    let sheet = ContactSheet(cells: [[Self.red, Self.blue]]).image()
    #expect(sheet.width == 2 * 64 + 3 * 2 && sheet.height == 64 + 2 * 2 && sheet.channels == 3)
    let red = try #require(extent(of: [200, 0, 0], in: sheet))
    #expect(red.x == 2...65 && red.y == 2...65 && red.count == 64 * 64)
    let blue = try #require(extent(of: [0, 0, 200], in: sheet))
    #expect(blue.x == 68...131 && blue.y == 2...65)
  }

  @Test("keeps the proportions of a picture that is not of the cells' shape")
  func proportions() throws {
    let wide = Image(width: 100, height: 50, colour: [200, 0, 0])
    let sheet = ContactSheet(cells: [[wide]], cellWidth: 64, cellHeight: 64).image()
    let red = try #require(extent(of: [200, 0, 0], in: sheet))
    #expect(red.x.count == 64 && red.y.count == 32)
    #expect(red.y.lowerBound == 2 + 16)
  }

  @Test("has its row labels at the left and its column labels on top, centred")
  func labels() throws {
    let sheet = ContactSheet(
      cells: [[Self.red, nil], [nil, Self.blue]], rows: [.text("H"), .text("H")],
      columns: [.text("I"), .text("I")]
    ).image()
    let red = try #require(extent(of: [200, 0, 0], in: sheet))
    let blue = try #require(extent(of: [0, 0, 200], in: sheet))
    let ink = try #require(extent(of: [28, 28, 32], in: sheet))
    #expect(red.count == 64 * 64 && blue.count == 64 * 64)
    #expect(ink.x.lowerBound < red.x.lowerBound && ink.y.lowerBound < red.y.lowerBound)
    // The last column's I is three pixels wide: one on each side of the cell's middle pixel.
    let middle = (blue.x.lowerBound + blue.x.upperBound) / 2
    #expect(abs(ink.x.upperBound - 1 - middle) <= 1)
    let lastLabel = (blue.y.lowerBound + blue.y.upperBound) / 2
    #expect(abs(ink.y.upperBound - 3 - lastLabel) <= 1)
  }

  @Test("takes pictures as labels, with and without a caption, and ragged rows")
  func pictures() throws {
    let sheet = ContactSheet(
      cells: [[Self.red], [Self.red, Self.red]],
      rows: [.image(Self.blue), .captioned(Self.blue, "row")],
      columns: [.image(Self.blue), .captioned(Self.blue, "column")], corner: .text("ψ 0.7"),
      title: "Style mixing"
    ).image()
    let red = try #require(extent(of: [200, 0, 0], in: sheet))
    let blue = try #require(extent(of: [0, 0, 200], in: sheet))
    #expect(red.count == 3 * 64 * 64)
    #expect(blue.x.lowerBound < red.x.lowerBound && blue.y.lowerBound < red.y.lowerBound)
    #expect(extent(of: [28, 28, 32], in: sheet) != nil)
  }

  @Test("never lets a long text leave its place")
  func longTexts() throws {
    let endless = String(repeating: "endless ", count: 40)
    let short = ContactSheet(
      cells: [[Self.red, Self.blue]], rows: [.text("m")], columns: [.text("m"), .text("m")],
      title: "m")
    let long = ContactSheet(
      cells: [[Self.red, Self.blue]], rows: [.text("m")],
      columns: [.text(endless), .text("m")], title: endless)
    #expect(short.image().width == long.image().width)
    let ink = try #require(extent(of: [28, 28, 32], in: long.image()))
    #expect(ink.x.lowerBound > 0 && ink.x.upperBound < long.image().width - 1)
  }

  @Test("of nothing is a small empty picture")
  func empty() {
    let sheet = ContactSheet(cells: []).image()
    #expect(sheet.width >= 1 && sheet.height >= 1)
  }

  @Test("draws a box for a sign that its font lacks, and ink for all that it has")
  func glyphs() throws {
    func ink(_ text: String) -> Int {
      let sheet = ContactSheet(cells: [[Self.red]], columns: [.text(text)]).image()
      return extent(of: [28, 28, 32], in: sheet)?.count ?? 0
    }
    let box = 2 * 5 + 2 * 5
    #expect(ink("漢") == box)
    #expect(ink(" ") == 0)
    for character in "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~ψ−±→×°…" {
      #expect(ink(String(character)) > 0)
    }
  }
}
