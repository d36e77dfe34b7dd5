import Foundation
import Imaging
import Testing
import Training

@Suite("Data to train on")
struct TrainingDataTests {
  /// A folder that goes when the test ends.
  private final class Folder {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("atelier-\(UUID().uuidString)")

    func write(_ image: Image, _ path: String) throws {
      let file = url.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try image.write(to: file)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
  }

  @Test("Every round shows every sample once, in an order of its own")
  func rounds() {
    var order = TrainingOrder(count: 10, seed: 3)
    let numbers = (0..<5).flatMap { order.numbers(at: $0 * 4, batch: 4) }
    #expect(numbers.prefix(10).sorted() == Array(0..<10))
    #expect(numbers.suffix(10).sorted() == Array(0..<10))
    #expect(Array(numbers.prefix(10)) != Array(numbers.suffix(10)))
    // Going on anywhere gives the same numbers.
    var later = TrainingOrder(count: 10, seed: 3)
    #expect(later.numbers(at: 12, batch: 4) == Array(numbers[12..<16]))
    var endless = TrainingOrder(count: nil, seed: 3)
    #expect(endless.numbers(at: 7, batch: 3) == [7, 8, 9])
  }

  @Test("Random numbers belong to a step and a purpose")
  func draws() {
    let moments = [
      TrainingMoment(step: 1, pictures: 8, seed: 5), TrainingMoment(step: 2, pictures: 8, seed: 5),
      TrainingMoment(step: 1, pictures: 8, seed: 6),
    ]
    let seeds = moments.flatMap { moment in (0..<4).map { moment.drawSeed($0) } }
    #expect(Set(seeds).count == 12)
    #expect(TrainingMoment(step: 1, pictures: 16, seed: 5).drawSeed(2) == seeds[2])
  }

  @Test("Attributes lie beside pictures, and a drawn world knows its own")
  func attributes() throws {
    let folder = Folder()
    let grey = Image(
      width: 2, height: 2, channels: 3, pixels: [UInt8](repeating: 90, count: 12))
    try folder.write(grey, "images/a.png")
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("attributes"), withIntermediateDirectories: true)
    let file = folder.url.appendingPathComponent("attributes/a.json")
    try Data(#"{"caption": "grey", "vector": {"age": 41.5, "smiles": 1}}"#.utf8).write(to: file)
    let own = try PictureCollection(at: folder.url, width: 2, height: 2, fit: .crop)
    #expect(try own.samples([0])[0].attributes == ["age": 41.5, "smiles": 1])
    try Data("[1, 2]".utf8).write(to: file)
    let broken = try PictureCollection(at: folder.url, width: 2, height: 2, fit: .crop)
    #expect(throws: TrainingError.self) { try broken.samples([0]) }

    let world = World(.cars, width: 16, height: 16, seed: 4)
    let sample = WorldData(world).samples([2])[0]
    #expect(sample.attributes?.count == world.samples([2])[0].vector.count)
    // Left and right are attributes, too: mirror images know nothing of themselves.
    let mirrored = MirroredData(WorldData(world, count: 3))
    #expect(try mirrored.samples([5])[0].attributes == nil)
  }

  @Test("The middle of a picture is taken, and its mirror image follows")
  func crop() throws {
    let folder = Folder()
    // Red, green, blue and white columns; the middle square of 4 × 2 holds green and blue.
    let row: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
    try folder.write(Image(width: 4, height: 2, channels: 3, pixels: row + row), "deep/a.png")
    let data = MirroredData(
      try PictureCollection(at: folder.url, width: 2, height: 2, fit: .crop))
    #expect(data.count == 2)
    let samples = try data.samples([0, 1])
    #expect(Array(samples[0].picture.pixels.prefix(6)) == [0, 255, 0, 0, 0, 255])
    #expect(Array(samples[1].picture.pixels.prefix(6)) == [0, 0, 255, 0, 255, 0])
  }

  @Test("Maps lie beside their pictures, and one that is missing is named")
  func maps() throws {
    let folder = Folder()
    for name in ["a", "b"] {
      try folder.write(
        Image(width: 4, height: 2, colour: [9, 9, 9]), "train_img/\(name)_leftImg8bit.png")
    }
    try folder.write(
      Image(width: 4, height: 2, channels: 1, pixels: [1, 1, 2, 2, 3, 3, 4, 4]),
      "train_label/a_gtFine_labelIds.png")
    #expect {
      _ = try PictureCollection(at: folder.url, width: 2, height: 1, fit: .stretch)
    } throws: {
      "\($0)".contains("train_img/b_leftImg8bit.png has no label map")
    }
    try folder.write(
      Image(width: 4, height: 2, channels: 1, pixels: [5, 5, 5, 5, 5, 5, 5, 5]),
      "train_label/b_gtFine_labelIds.png")
    let data = try PictureCollection(at: folder.url, width: 2, height: 2, fit: .stretch)
    #expect(data.hasLabels && data.count == 2)
    let sample = try data.samples([0])[0]
    #expect(sample.labels?.map.values == [1, 2, 3, 4] && sample.instances == nil)
  }

  @Test("A place without pictures is refused")
  func nothing() throws {
    let folder = Folder()
    try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
    #expect(throws: TrainingError.self) {
      _ = try PictureCollection(at: folder.url, width: 8, height: 8, fit: .crop)
    }
    #expect(throws: TrainingError.self) {
      _ = try PictureCollection(
        at: folder.url.appendingPathComponent("no"), width: 8, height: 8, fit: .crop)
    }
  }
}
