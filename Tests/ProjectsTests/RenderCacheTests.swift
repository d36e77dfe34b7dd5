import Foundation
import Projects
import Tensors
import Testing

@Suite("Render cache")
struct RenderCacheTests {
  let pixels = Digest(of: Data("pixels".utf8))
  let others = Digest(of: Data("other pixels".utf8))

  @Test("A picture is found by recipe and width")
  func lookup() throws {
    try withProject { project in
      let key = try recipe(1).digest()
      #expect(try project.cachedRender(of: key, width: 256) == nil)
      try project.storeRender(of: key, width: 256, pixelDigest: pixels, png: Data([1, 2]))
      let found = try #require(try project.cachedRender(of: key, width: 256))
      #expect(found.png == Data([1, 2]) && found.pixelDigest == pixels && found.recipe == key)
      #expect(try project.cachedRender(of: key, width: 128) == nil)
      #expect(throws: ProjectError.self) {
        try project.storeRender(of: key, width: 0, pixelDigest: pixels, png: nil)
      }
    }
  }

  @Test("Pixel digests outlive the cleared PNGs, and the file shrinks")
  func clearing() throws {
    try withProject { project in
      for seed in 0..<8 as Range<UInt32> {
        try project.storeRender(
          of: recipe(seed).digest(), width: 64, pixelDigest: pixels,
          png: Data(repeating: 7, count: 100_000))
      }
      let before = try project.snapshotStatistics()
      #expect(before.cachedRenders == 8 && before.cachedBytes == 800_000)
      #expect(try project.clearRenders() == 8)
      let after = try project.snapshotStatistics()
      #expect(after.renders == 8 && after.cachedRenders == 0)
      #expect(after.fileBytes < before.fileBytes - 700_000)
      #expect(try project.renders().map(\.pixelDigest) == Array(repeating: pixels, count: 8))
      #expect(try project.cachedRender(of: recipe(1).digest(), width: 64)?.png == nil)
      #expect(try project.check().isEmpty)
      // The same picture may come back.
      #expect(
        try project.storeRender(
          of: recipe(1).digest(), width: 64, pixelDigest: pixels, png: Data([1])))
      #expect(try project.cachedRender(of: recipe(1).digest(), width: 64)?.png == Data([1]))
    }
  }

  @Test("Other pixels do not take the place of those that were shown, unless told to")
  func otherPixels() throws {
    try withProject { project in
      let key = try recipe(1).digest()
      try project.storeRender(of: key, width: 64, pixelDigest: pixels, png: Data([1]))
      #expect(
        try !project.storeRender(of: key, width: 64, pixelDigest: others, png: Data([2])))
      #expect(try project.cachedRender(of: key, width: 64)?.png == Data([1]))
      #expect(
        try project.storeRender(
          of: key, width: 64, pixelDigest: others, png: nil, replace: true))
      let found = try project.cachedRender(of: key, width: 64)
      #expect(found?.pixelDigest == others && found?.png == nil)
    }
  }

  @Test("A digest recorded without its PNG keeps the PNG that is there")
  func digestAlone() throws {
    try withProject { project in
      let key = try recipe(1).digest()
      try project.storeRender(of: key, width: 64, pixelDigest: pixels, png: Data([1]))
      try project.storeRender(of: key, width: 64, pixelDigest: pixels, png: nil)
      #expect(try project.cachedRender(of: key, width: 64)?.png == Data([1]))
    }
  }
}
