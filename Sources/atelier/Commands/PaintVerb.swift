import ArgumentParser
import Editing
import Foundation
import Imaging
import Tensors

/// An edit of maps that can be typed; a new one is one entry in ``PaintVerb/all``.
struct PaintVerb {
  /// What an edit starts from.
  struct Session {
    let recipe: Recipe
    /// Names the classes; `nil` where only numbers are known.
    let palette: Palette?
    let artwork: String

    /// A class, as a number or by its name.
    func label(_ text: String?) throws -> Int32 {
      guard let text else { throw ValidationError("Missing --label: a class.") }
      if let palette { return try palette.id(of: text) }
      guard let number = Int32(text), number >= 0 else {
        throw CommandError.invalidInput(
          "'\(text)' is not a class number, and there is no palette to look it up in; name one with "
            + "--palette.")
      }
      return number
    }

    func name(_ label: Int32) -> String { palette?.name(of: label) ?? "class \(label)" }
  }

  let name: String
  let help: String
  let prepare: (PaintCommand, Session) throws -> EditVerb.Change

  static var all: [PaintVerb] {
    [brush, rectangle, ellipse, polygon, fill, relabel, move, copy, delete, add, swap, importing]
  }

  private static var brush: PaintVerb {
    PaintVerb(name: "brush", help: "a stroke: --points, --radius, --label, --instance") {
      command, session in
      guard let points = command.points, let radius = command.radius else {
        throw ValidationError("brush needs --points and --radius.")
      }
      return try paint(.brush(Numbers.points(points), radius: radius), command, session)
    }
  }

  private static var rectangle: PaintVerb {
    PaintVerb(name: "rectangle", help: "--rectangle, --label, --instance") { command, session in
      guard let text = command.rectangle else {
        throw ValidationError("rectangle needs --rectangle.")
      }
      return try paint(Numbers.rectangle(text), command, session)
    }
  }

  private static var ellipse: PaintVerb {
    PaintVerb(name: "ellipse", help: "--ellipse, --label, --instance") { command, session in
      guard let text = command.ellipse else { throw ValidationError("ellipse needs --ellipse.") }
      return try paint(Numbers.ellipse(text), command, session)
    }
  }

  private static var polygon: PaintVerb {
    PaintVerb(name: "polygon", help: "--points, --label, --instance") { command, session in
      guard let points = command.points else { throw ValidationError("polygon needs --points.") }
      return try paint(.polygon(Numbers.points(points)), command, session)
    }
  }

  private static func paint(
    _ form: MaskShape.Form, _ command: PaintCommand, _ session: Session
  ) throws -> EditVerb.Change {
    let label = try session.label(command.label)
    let operation = PaintOperation(
      [try MaskShape(form)], label: label, instance: try instance(command) ?? .ofClass)
    return change(operation, "paint \(command.verb) as \(session.name(label))")
  }

  private static var fill: PaintVerb {
    PaintVerb(name: "fill", help: "the piece around a pixel: --at, --label, --instance") {
      command, session in
      let (x, y) = try Numbers.pixel(command.at, "--at")
      let label = try session.label(command.label)
      return change(
        FillOperation(x: x, y: y, label: label, instance: try instance(command) ?? .ofClass),
        "fill at (\(x), \(y)) with \(session.name(label))")
    }
  }

  private static var relabel: PaintVerb {
    PaintVerb(name: "relabel", help: "an object's class: --object, --label, --instance") {
      command, session in
      let object = try object(command), label = try session.label(command.label)
      return change(
        RelabelOperation(object: object, label: label, instance: try instance(command)),
        "make object \(object) \(session.name(label))")
    }
  }

  private static var move: PaintVerb {
    PaintVerb(name: "move", help: "an object: --object, --by, --fill") { command, session in
      let (dx, dy) = try Numbers.pixel(command.by, "--by")
      return change(
        MoveObjectOperation(
          object: try object(command), dx: dx, dy: dy, fill: try filling(command, session)))
    }
  }

  private static var copy: PaintVerb {
    PaintVerb(name: "copy", help: "an object: --object, --by, --instance") { command, _ in
      let (dx, dy) = try Numbers.pixel(command.by, "--by")
      return change(
        CopyObjectOperation(
          object: try object(command), dx: dx, dy: dy, instance: try instance(command)))
    }
  }

  private static var delete: PaintVerb {
    PaintVerb(name: "delete", help: "an object: --object, --fill") { command, session in
      change(
        DeleteObjectOperation(object: try object(command), fill: try filling(command, session)))
    }
  }

  private static var add: PaintVerb {
    PaintVerb(name: "add", help: "an object by its outline: --mask, --at, --label, --instance") {
      command, session in
      guard let file = command.mask else { throw ValidationError("add needs --mask.") }
      let mask = try IntegerMap(contentsOf: URL(fileURLWithPath: file), palette: .indices)
      let (x, y) = try Numbers.pixel(command.at, "--at")
      let label = try session.label(command.label)
      return change(
        AddObjectOperation(
          mask: mask.digest, x: x, y: y, label: label, instance: try instance(command) ?? .new),
        "add \(session.name(label)) at (\(x), \(y))", maps: [mask])
    }
  }

  private static var swap: PaintVerb {
    PaintVerb(name: "swap", help: "what two objects are: --object, --with") { command, _ in
      guard let other = command.with else { throw ValidationError("swap needs --with.") }
      return change(SwapObjectsOperation(object: try object(command), other: other))
    }
  }

  private static var importing: PaintVerb {
    PaintVerb(
      name: "import", help: "maps: --label-map, --inst-map, --palette, --colours, --find-objects"
    ) { command, session in
      let maps = try command.files.maps(palette: session.palette)
      let digests = (labels: maps.labels.map.digest, instances: maps.instances?.map.digest)
      let stored = [maps.labels.map] + (maps.instances.map { [$0.map] } ?? [])
      let name = command.files.labelMap.map { URL(fileURLWithPath: $0).lastPathComponent } ?? ""
      let palette = session.palette?.name
      return EditVerb.Change(label: "import maps \(name)", maps: stored) { recipe in
        if recipe.scene == nil {
          recipe.scene = Scene(
            labels: digests.labels, instances: digests.instances, palette: palette)
        } else {
          recipe.append(
            ImportMapsOperation(labels: digests.labels, instances: digests.instances))
        }
      }
    }
  }

  private static func change(
    _ operation: some MapOperation, _ label: String? = nil, maps: [IntegerMap] = []
  ) -> EditVerb.Change {
    EditVerb.Change(label: label ?? operation.summary(\.short), maps: maps) {
      $0.append(operation)
    }
  }

  private static func object(_ command: PaintCommand) throws -> Int32 {
    guard let object = command.object else {
      throw ValidationError("\(command.verb) needs --object: an id from 'paint … show'.")
    }
    return object
  }

  private static func filling(
    _ command: PaintCommand, _ session: Session
  ) throws -> HoleFilling {
    command.fill == "nearest" ? .nearest : .label(try session.label(command.fill))
  }

  private static func instance(_ command: PaintCommand) throws -> InstanceChoice? {
    switch command.instance {
    case nil: return nil
    case "class": return .ofClass
    case "new": return .new
    case let text?:
      guard let id = Int32(text), id >= 0 else {
        throw ValidationError("--instance \(text) is not class, new or an object's id.")
      }
      return .id(id)
    }
  }
}
