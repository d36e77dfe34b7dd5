import Foundation

/// A car that stands somewhere.
struct DrawnCar: Sendable {
  let model: CarModel
  let placement: Frame.Placement

  /// Draws all surfaces as one object.
  func draw(in frame: inout Frame, object: UInt16, light: Light) {
    func lit(_ surface: Surface, _ place: Frame.Place) -> (light: Vector, part: UInt8) {
      var surface = surface
      // Little sky reaches what is near the ground.
      surface.openness = mix(0.35, 1, smoothstep(0.05, 0.75, place.world.z))
      return (light.shade(surface, normal: place.worldNormal, ray: place.ray), surface.part)
    }
    for center in model.wheels {
      let wheel = Frame.Placement(
        position: placement.world(center), heading: placement.heading + (center.y < 0 ? .pi : 0))
      frame.draw(model.wheel, at: wheel, object: object) { lit(model.wheelSurface($0.point), $0) }
    }
    frame.draw(model.lowerBody, at: placement, object: object) {
      lit(model.lowerSurface($0.point, normal: $0.normal), $0)
    }
    frame.draw(model.upperBody, at: placement, object: object) {
      lit(model.upperSurface($0.point, normal: $0.normal), $0)
    }
    frame.draw(model.trimmings, at: placement, object: object) {
      lit(model.trimSurface($0.point), $0)
    }
  }

  /// How much of the light is kept from a place on the ground, 0 to 1.
  func shadow(at world: Vector) -> Float {
    model.groundShadow((world - placement.position).turned(-placement.heading))
  }
}
