import Imaging
import Testing

@Suite("Resampling")
struct ResamplingTests {
  @Test(
    "gives Pillow's bytes, up and down, at odd sizes", arguments: ResamplingFilter.allCases,
    [1, 3, 4])
  func pillow(filter: ResamplingFilter, channels: Int) throws {
    let source = try Image(contentsOf: Samples.fixture("resize-\(channels).png"))
    #expect(source.channels == channels)
    let expected = try Samples.read("resize-\(channels)-\(filter.rawValue)")
    #expect(expected.count == 5)
    for image in expected {
      let result = source.resized(width: image.width, height: image.height, filter: filter)
      #expect(result == image, "\(image.width)×\(image.height)")
    }
  }

  @Test("leaves a picture of the wanted size as it is", arguments: ResamplingFilter.allCases)
  func same(filter: ResamplingFilter) {
    let image = Samples.picture(width: 12, height: 9, channels: 4)
    #expect(image.resized(width: 12, height: 9, filter: filter) == image)
  }

  @Test("keeps one colour one colour", arguments: ResamplingFilter.allCases)
  func flat(filter: ResamplingFilter) {
    let image = Image(width: 31, height: 17, colour: [255, 0, 77])
    for (width, height) in [(1, 1), (200, 3), (5, 111)] {
      let result = image.resized(width: width, height: height, filter: filter)
      #expect(result == Image(width: width, height: height, colour: [255, 0, 77]))
    }
  }
}
