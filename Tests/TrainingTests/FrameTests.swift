import Foundation
import TestSupport
import Testing
import Training

@Suite("Drawing surfaces")
struct FrameTests {
  /// A camera 10 m before the origin, whose picture is `side` metres high there.
  private func camera(side: Float) -> Camera {
    Camera(
      at: SIMD3(0, -10, 0), lookingAt: SIMD3(0, 0, 0), fieldOfView: 2 * atan(side / 20))
  }

  /// The share of a frame's samples that show what was drawn.
  private func share(_ frame: Frame) -> Float {
    var filled = frame
    filled.fillBackground { _ in (SIMD3(0, 0, 0), Frame.Owner(object: 9, part: 0)) }
    let picture = filled.picture(exposure: 1, grain: 0, seed: 1)
    return Float(picture.pixels.reduce(0) { $0 + Int($1) }) / Float(255 * picture.pixels.count)
  }

  private func draw(_ mesh: Mesh, in frame: inout Frame, object: UInt16 = 1) {
    frame.draw(mesh, object: object) { _ in (SIMD3(50, 50, 50), 0) }
  }

  @Test("A square covers its area, whatever its size", arguments: [Float(0.5), 1, 1.37, 2, 3.9])
  func square(side: Float) {
    var frame = Frame(width: 64, height: 64, camera: camera(side: 4))
    let h = side / 2
    draw(Mesh(SIMD3(-h, 0, -h), SIMD3(h, 0, -h), SIMD3(h, 0, h), SIMD3(-h, 0, h)), in: &frame)
    // A row of samples more or less at every border.
    #expect(abs(share(frame) - side * side / 16) < 4 * side / 4 / 256 + 1e-4)
  }

  @Test("A sphere shows the disc of its outline")
  func sphere() {
    var frame = Frame(width: 64, height: 64, camera: camera(side: 4))
    draw(
      Mesh(center: SIMD3(0, 0, 0), radii: SIMD3(1, 1, 1), rows: 60, columns: 80), in: &frame)
    // Seen from 10 m the outline of a sphere of 1 m has the radius 10 / √99 in the middle plane.
    let radius = 10 / Float(99).squareRoot()
    #expect(abs(share(frame) - .pi * radius * radius / 16) < 2e-3)
  }

  @Test("What is nearer hides what is farther, in any order", arguments: [false, true])
  func hiding(isReversed: Bool) {
    var frame = Frame(width: 32, height: 32, camera: camera(side: 4))
    func wall(_ y: Float, _ from: Float, _ to: Float) -> Mesh {
      Mesh(SIMD3(from, y, -9), SIMD3(to, y, -9), SIMD3(to, y, 9), SIMD3(from, y, 9))
    }
    let walls: [(Mesh, UInt16)] = [(wall(0, -9, 9), 1), (wall(-5, 0, 9), 2)]
    for (mesh, object) in isReversed ? walls.reversed() : walls {
      draw(mesh, in: &frame, object: object)
    }
    let map = frame.map { Int32($0.object) }
    #expect(map[3, 16] == 1 && map[28, 16] == 2)
    #expect(map.areas().map(\.area) == [512, 512])
  }

  @Test("What lies behind the camera is not there, and what passes it is cut")
  func behind() {
    var frame = Frame(width: 32, height: 32, camera: camera(side: 4))
    draw(
      Mesh(SIMD3(-1, -20, -1), SIMD3(1, -20, -1), SIMD3(1, -20, 1), SIMD3(-1, -20, 1)),
      in: &frame)
    #expect(share(frame) == 0)
    // A floor from behind the camera to far before it fills the lower half.
    draw(
      Mesh(
        SIMD3(-900, -50, -1), SIMD3(900, -50, -1), SIMD3(900, 9000, -1), SIMD3(-900, 9000, -1)),
      in: &frame)
    #expect(abs(share(frame) - 0.5) < 0.02)
  }

  @Test("A shader that gives nothing leaves a hole")
  func holes() {
    var frame = Frame(width: 32, height: 32, camera: camera(side: 4))
    frame.draw(
      Mesh(SIMD3(-9, 0, -9), SIMD3(9, 0, -9), SIMD3(9, 0, 9), SIMD3(-9, 0, 9)), object: 1
    ) { $0.point.x > 0 ? (SIMD3(50, 50, 50), 0) : nil }
    #expect(abs(share(frame) - 0.5) < 1e-3)
  }
}
