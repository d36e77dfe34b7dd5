import Foundation
import Imaging
import TestSupport
import Tensors
import Testing
import Training

@Suite("The world to train on")
struct WorldTests {
  static let worlds: [World] = [
    World(.street, width: 96, height: 48, seed: 3), World(.cars, width: 48, height: 48, seed: 3),
    World(.portrait, width: 48, height: 48, seed: 3),
  ]

  @Test("Samples are the same for any number of threads, and alone or in company")
  func determinism() {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    for world in Self.worlds {
      Parallel.threads = 1
      let alone = (0..<3).map { world.sample($0) }
      Parallel.threads = 3
      for (a, b) in zip(alone, world.samples([0, 1, 2])) {
        #expect(a.picture.pixelDigest == b.picture.pixelDigest)
        #expect(a.instances == b.instances && a.labels == b.labels)
        #expect(a.sketch == b.sketch && a.caption == b.caption && a.attributes == b.attributes)
      }
      #expect(alone[0].picture != alone[1].picture)
      let other = World(world.kind, width: world.width, height: world.height, seed: 4)
      #expect(other.sample(0).picture != alone[0].picture)
    }
  }

  @Test("Every pixel has a class, and its object is of that class")
  func maps() {
    for world in Self.worlds {
      for number in 0..<4 {
        let sample = world.sample(number)
        #expect(sample.picture.width == world.width && sample.picture.height == world.height)
        #expect(sample.picture.channels == 3 && sample.sketch.channels == 1)
        let labels = sample.labels.map.values, objects = sample.instances.map.values
        #expect(labels.allSatisfy { $0 > 0 && $0 < world.kind.classes.count })
        #expect(zip(labels, objects).allSatisfy { $0 == InstanceMap.labelID(of: $1) })
      }
    }
  }

  @Test("The cars of a street are those that caption and attributes name")
  func cars() throws {
    let world = World(.street, width: 192, height: 96, seed: 5)
    var counts: Set<Int> = []
    for number in 0..<8 {
      let sample = world.sample(number)
      let areas = Dictionary(
        uniqueKeysWithValues: sample.instances.instances.map { (Int($0.id), $0.area) })
      guard case .objects(let cars) = try #require(sample.value("car")) else {
        Issue.record("no list of cars")
        continue
      }
      for car in cars {
        guard case .number(let id) = try #require(car.first { $0.name == "instance" }).value,
          case .number(let area) = try #require(car.first { $0.name == "area" }).value,
          case .choice(let paint, let paints) = try #require(car.first { $0.name == "paint" }).value
        else {
          Issue.record("\(car)")
          continue
        }
        #expect(areas[Int(id)] == Int(area))
        #expect(sample.caption.contains(paint) && paints.contains(paint))
      }
      let named = Set(cars.compactMap { car in car.first { $0.name == "instance" }?.value })
      let large = areas.filter { $0.key >= 6000 && $0.value >= 100 }.count
      #expect(cars.count <= 6 && named.count == cars.count && large <= cars.count)
      counts.insert(cars.count)
    }
    #expect(counts.count > 2)
  }

  @Test("Palettes name the classes of the worlds")
  func palettes() {
    #expect(WorldKind.portrait.classes == Palette.portrait.entries.map(\.name))
    #expect(WorldKind.street.classes == Palette.street.entries.map(\.name))
    #expect(Palette.portrait.entries.map(\.id) == Array(0...12))
  }

  @Test("A sketch has ink where classes meet, and paper inside of them")
  func sketch() {
    for world in Self.worlds {
      let sample = world.sample(1)
      let (width, height) = (world.width, world.height)
      var borders = 0, inked = 0
      for y in 1..<height - 1 {
        for x in 1..<width - 1 where sample.labels.map[x, y] != sample.labels.map[x + 1, y] {
          borders += 1
          let ink = [0, 1].contains { sample.sketch.pixels[y * width + x + $0] < 250 }
          if ink { inked += 1 }
        }
      }
      #expect(borders > 10 && inked == borders)
      #expect(sample.sketch.pixels.count { $0 == 255 } > width * height / 4)
    }
  }

  @Test("The vector has a number for every attribute, one of each choice being 1")
  func vector() throws {
    for world in Self.worlds {
      let names = world.sample(0).vector.map(\.name)
      #expect(Set(names).count == names.count)
      for number in 1..<4 {
        let sample = world.sample(number)
        #expect(sample.vector.map(\.name) == names)
        for attribute in sample.attributes {
          guard case .choice(let word, let words) = attribute.value else { continue }
          let values = sample.vector.filter { $0.name.hasPrefix(attribute.name + ".") }
          #expect(values.count >= words.count && words.contains(word))
        }
        let json = try JSONSerialization.jsonObject(with: sample.json()) as? [String: Any]
        #expect(json?["caption"] as? String == sample.caption)
        #expect((json?["vector"] as? [String: Any])?.count == names.count)
      }
    }
  }
}

extension WorldSample {
  fileprivate func value(_ name: String) -> WorldAttribute.Value? {
    attributes.first { $0.name == name }?.value
  }
}
