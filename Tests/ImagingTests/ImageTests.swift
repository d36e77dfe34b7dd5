import Imaging
import Tensors
import Testing

@Suite("A picture")
struct ImageTests {
  /// Values of `np.clip(np.float32(x) * 127.5 + 128, 0, 255).astype(np.uint8)`.
  @Test(
    "takes a sample from a generator's value as the official scripts do",
    arguments: [
      (-1, 0), (-1.5, 0), (1, 255), (0.999, 255), (0.99, 254), (0, 128), (0.0038, 128),
      (0.0079, 129), (-0.0001, 127), (-0.5, 64), (0.5, 191), (-1.00392, 0), (-0.997, 0),
      (-0.996, 1), (3e38, 255), (-.infinity, 0), (.infinity, 255), (.nan, 0),
    ] as [(Float, UInt8)])
  func sample(value: Float, expected: UInt8) {
    #expect(Image(Tensor([value], shape: [1, 1, 1])).pixels == [expected])
  }

  @Test("quantises every value of a fine sweep as the plain formula", arguments: [1, 3, 4])
  func sweep(channels: Int) {
    let (height, width) = (53, 77)
    let values = (0..<channels * height * width).map { Float($0 % 4001) / 1900 - 1.05 }
    let image = Image(Tensor(values, shape: [1, channels, height, width]))
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels {
          let value = values[(c * height + y) * width + x] * 127.5 + 128
          let expected = UInt8(min(max(value, 0), 255))
          #expect(image.pixels[(y * width + x) * channels + c] == expected)
        }
      }
    }
  }

  @Test("survives the way to a tensor and back", arguments: [1, 3, 4])
  func tensor(channels: Int) {
    let image = Samples.picture(width: 21, height: 10, channels: channels)
    let tensor = image.tensor()
    #expect(tensor.shape == [1, channels, 10, 21])
    #expect(
      tensor[0, channels - 1, 3, 7] == Float(image.pixels[(3 * 21 + 8) * channels - 1]) / 127.5 - 1)
    // The official formula adds half a level more than the way to the tensor takes off.
    #expect(Image(tensor) == image)
  }

  @Test("is one of a batch, in order")
  func batch() {
    let pictures =
      [Samples.picture(width: 5, height: 4, channels: 3)] + [
        Image(width: 5, height: 4, colour: [1, 2, 3])
      ]
    let tensor = Tensor.concatenated(pictures.map { $0.tensor() })
    #expect(Image.images(from: tensor) == pictures)
  }

  @Test("has a digest that depends on its size, channels and samples alone")
  func digest() throws {
    let pixels = [UInt8](0..<12)
    let wide = Image(width: 4, height: 3, channels: 1, pixels: pixels)
    let tall = Image(width: 3, height: 4, channels: 1, pixels: pixels)
    let colour = Image(width: 2, height: 2, channels: 3, pixels: pixels)
    #expect(Set([wide, tall, colour].map(\.pixelDigest)).count == 3)
    // printf '4x3x1' and the bytes 0…11 through sha256sum
    let digits = "b553e5cc4903d9914e0ee411fee819932ec447dec30238ead6eaf3834616a846"
    #expect(wide.pixelDigest.hexadecimal == digits)
    let again = try Image(pngData: wide.pngData(), named: "memory")
    #expect(again.pixelDigest == wide.pixelDigest)
  }

  @Test("becomes grey as Pillow makes it")
  func luma() throws {
    let image = try Image(contentsOf: Samples.fixture("resize-3.png"))
    #expect(try [image.converted(toChannels: 1)] == Samples.read("luma"))
  }

  @Test("takes on and drops channels")
  func channels() {
    let grey = Image(width: 2, height: 1, channels: 1, pixels: [7, 200])
    #expect(grey.converted(toChannels: 3).pixels == [7, 7, 7, 200, 200, 200])
    #expect(grey.converted(toChannels: 4).pixels == [7, 7, 7, 255, 200, 200, 200, 255])
    let clear = Image(width: 1, height: 1, channels: 4, pixels: [9, 8, 7, 0])
    #expect(clear.converted(toChannels: 3).pixels == [9, 8, 7])
    #expect(grey.converted(toChannels: 1) == grey)
  }

  @Test("is cropped to what lies inside, and pasted where it was")
  func crop() {
    let image = Samples.picture(width: 9, height: 7, channels: 3)
    let part = image.cropped(x: 2, y: 3, width: 5, height: 4)
    #expect(part.width == 5 && part.height == 4)
    #expect(part.pixels[0..<15] == image.pixels[(3 * 9 + 2) * 3..<(3 * 9 + 7) * 3])
    var canvas = Image(width: 9, height: 7, colour: [0, 0, 0])
    canvas.paste(image, x: 0, y: 0)
    #expect(canvas == image)
    canvas.paste(part, x: 2, y: 3)
    #expect(canvas == image)
    canvas.paste(part, x: 100, y: -100)
    #expect(canvas == image)
    canvas.paste(part, x: -3, y: -2)
    #expect(
      canvas.cropped(x: 0, y: 0, width: 2, height: 2)
        == part.cropped(x: 3, y: 2, width: 2, height: 2))
  }
}
