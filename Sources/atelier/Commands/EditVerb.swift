import ArgumentParser
import Editing
import Foundation
import Imaging
import Projects
import Tensors

/// An edit that can be typed; a new one is one entry in ``EditVerb/all``.
struct EditVerb {
  /// What an edit does to a recipe, and the content that must be stored with it.
  struct Change {
    let label: String
    var attachments: [Digest: Tensor] = [:]
    var maps: [IntegerMap] = []
    let apply: (inout Recipe) throws -> Void
  }

  let name: String
  let help: String
  /// What the command line lacks for this edit, if anything.
  var lacks: (EditCommand) -> String? = { _ in nil }
  let prepare: (EditCommand, EditSession) throws -> Change

  static var all: [EditVerb] {
    [move, mix, region, truncate, noise, detail, place, base, enable, disable, remove]
  }

  private static var move: EditVerb {
    EditVerb(
      name: "move", help: "along a direction: --direction, --by, --layers",
      lacks: { $0.direction == nil || $0.by == nil ? "--direction and --by" : nil }
    ) { command, session in
      let name = command.direction ?? "", by = command.by ?? 0
      let tensor = try DirectionReader.tensor(
        name, key: command.key, project: session.project, size: session.generator().size)
      let digest = Digest(of: tensor)
      let layers = try LayerSet(parsing: command.layers ?? "all")
      let title = URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent
      return Change(
        label: "move \(by) along \(title) (\(layers))", attachments: [digest: tensor]
      ) { $0.append(MoveOperation(along: digest, by: by, layers: layers)) }
    }
  }

  private static var mix: EditVerb {
    EditVerb(
      name: "mix", help: "with other latents: --with, --layers, --weight; or --part …",
      lacks: { $0.with == nil && $0.part.isEmpty ? "--with or --part" : nil }
    ) { command, session in
      var reader = try reader(command, session)
      var parts: [MixOperation.Part] = []
      var names: [String] = []
      if let with = command.with {
        let layers = try LayerSet(parsing: command.layers ?? "all")
        parts.append(
          .init(
            source: try reader.source(with).plain,
            weight: LayerProfile([(layers, command.weight)])))
        names.append("\(with) (\(layers))")
      }
      for part in command.part {
        let (latent, share) = try EditCommand.split(part)
        parts.append(.init(source: try reader.source(latent).plain, weight: share))
        names.append("\(latent) (\(share))")
      }
      let operation = MixOperation(parts)
      return Change(
        label: "mix with \(names.joined(separator: " and "))", attachments: reader.attachments
      ) { $0.append(operation) }
    }
  }

  private static var truncate: EditVerb {
    EditVerb(
      name: "truncate", help: "set ψ: --trunc, --trunc-cutoff, --trunc-profile, --trunc-center",
      lacks: {
        let recipe = $0.recipe
        let given = [recipe.trunc, recipe.truncProfile, recipe.truncCenter].contains { $0 != nil }
        return given || recipe.truncCutoff != nil ? nil : "--trunc or --trunc-profile"
      }
    ) { command, session in
      var reader = try reader(command, session)
      let truncation = try command.recipe.truncation(
        for: session.generator(), sources: &reader, project: session.project)
      return Change(label: "truncate ψ \(truncation.psi)", attachments: reader.attachments) {
        $0.truncation = truncation
      }
    }
  }

  private static var noise: EditVerb {
    EditVerb(name: "noise", help: "set the noise: --noise-mode, --noise-seed, --noise-strength") {
      command, session in
      let noise = try command.recipe.synthesis.noise(for: session.generator())
      return Change(label: "noise \(noise.mode.rawValue)") { $0.noise = noise }
    }
  }

  private static var detail: EditVerb {
    EditVerb(
      name: "detail", help: "set the level of detail of a grown network: --lod",
      lacks: { $0.recipe.synthesis.lod == nil ? "--lod" : nil }
    ) { command, _ in
      let lod = command.recipe.synthesis.lod ?? 0
      return Change(label: "detail \(lod)") { $0.lod = lod }
    }
  }

  private static var place: EditVerb {
    EditVerb(name: "place", help: "move and turn a StyleGAN3 picture: --translate, --rotate") {
      command, session in
      let transform = try command.recipe.synthesis.transform(for: session.generator())
      return Change(label: transform == nil ? "place as stored" : "place") {
        $0.transform = transform
      }
    }
  }

  private static var base: EditVerb {
    EditVerb(
      name: "base", help: "start from another latent: --with, --class",
      lacks: { $0.with == nil ? "--with" : nil }
    ) { command, session in
      let with = command.with ?? ""
      var reader = try reader(command, session)
      let source = try reader.source(with)
      return Change(label: "start from \(with)", attachments: reader.attachments) {
        $0.base = source
      }
    }
  }

  private static var enable: EditVerb {
    EditVerb(name: "enable", help: "switch an edit on: --edit", lacks: lacksNumber) {
      command, session in
      try change(command, session, "switch on") { $0.edits[$1].isEnabled = true }
    }
  }

  private static var disable: EditVerb {
    EditVerb(name: "disable", help: "switch an edit off, keeping it: --edit", lacks: lacksNumber) {
      command, session in
      try change(command, session, "switch off") { $0.edits[$1].isEnabled = false }
    }
  }

  private static var remove: EditVerb {
    EditVerb(name: "remove", help: "take an edit out: --edit", lacks: lacksNumber) {
      command, session in
      try change(command, session, "remove") { $0.edits.remove(at: $1) }
    }
  }

  private static let lacksNumber: @Sendable (EditCommand) -> String? = {
    $0.edit == nil ? "--edit, a number from 'atelier history'" : nil
  }

  static func reader(
    _ command: EditCommand, _ session: EditSession
  ) throws -> SourceReader {
    SourceReader(
      project: session.project, generator: try session.generator(),
      label: try command.recipe.classLabel())
  }

  /// A change of edit number `--edit`, counted from 1.
  private static func change(
    _ command: EditCommand, _ session: EditSession, _ what: String,
    _ body: @escaping (inout Recipe, Int) -> Void
  ) throws -> Change {
    let number = command.edit ?? 0
    let count = session.recipe.edits.count
    guard (1...max(count, 1)).contains(number), count > 0 else {
      throw CommandError.invalidInput(
        "artwork '\(session.artwork)' has no edit \(number): it has \(count).")
    }
    let names = try session.project.contentNames()
    let summary = session.recipe.edits[number - 1].operation.summary { names[$0] ?? $0.short }
    return Change(label: "\(what) edit \(number): \(summary)") { recipe in
      guard recipe.edits.indices.contains(number - 1) else { return }
      body(&recipe, number - 1)
    }
  }
}
