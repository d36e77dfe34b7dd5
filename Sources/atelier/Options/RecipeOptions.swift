import ArgumentParser
import Editing
import Foundation
import Networks
import Projects

/// Truncation, class and synthesis: what shapes every picture of a command.
struct RecipeOptions: ParsableArguments {
  @Option(
    name: [
      .customLong("trunc"), .customLong("truncation-psi"), .customLong("psi"),
      .customLong("tr", withSingleDash: true),
    ], parsing: .unconditional,
    help: ArgumentHelp(
      "Truncation ψ, or ψ by layer: 0.7 or 0-3:0.5,4-17:0.9 or coarse:0.5,fine:1. "
        + "The default is the family's.", valueName: "psi"))
  var trunc: String?

  @Option(
    name: [
      .customLong("trunc-cutoff"), .customLong("truncation-cutoff"), .customLong("trunc-layers"),
    ], help: ArgumentHelp("Layers from this one on are not truncated.", valueName: "layer"))
  var truncCutoff: Int?

  @Option(
    help: ArgumentHelp(
      "A named ψ profile: "
        + Truncation.profiles.map { "\($0.name) (\($0.psi))" }.joined(separator: ", ") + ".",
      valueName: "name"))
  var truncProfile: String?

  @Option(
    help: ArgumentHelp(
      "Truncate towards this latent instead of the mean: a seed, a kept name or a file.",
      valueName: "latent"))
  var truncCenter: String?

  @Option(
    name: [.customLong("class"), .customLong("labels")],
    help: ArgumentHelp(
      "The class for conditional networks: 1, or a mix such as 1:0.7,4:0.3.", valueName: "class"))
  var label: String?

  @OptionGroup var synthesis: SynthesisOptions

  func validate() throws {
    if trunc != nil && truncProfile != nil {
      throw ValidationError("Give either --trunc or --trunc-profile.")
    }
    if let truncCutoff, truncCutoff < 0 {
      throw ValidationError("--trunc-cutoff \(truncCutoff) is below 0.")
    }
    try Usage.check {
      _ = try trunc.map { try LayerProfile(parsing: $0) }
      _ = try classLabel()
      try truncCenter.map { try SourceReader.checkLatent($0) }
    }
  }

  /// The class, if one was given.
  func classLabel() throws -> ClassLabel? { try label.map { try ClassLabel(parsing: $0) } }

  /// The truncation, with the family's defaults where nothing was given.
  func truncation(
    for generator: any Generator, sources: inout SourceReader, project: Project?
  ) throws -> Truncation {
    var truncation = Truncation(psi: LayerProfile(generator.defaultTruncation.psi))
    truncation.cutoff = truncCutoff ?? (trunc == nil ? generator.defaultTruncation.cutoff : nil)
    if let trunc { truncation.psi = try LayerProfile(parsing: trunc) }
    if let truncProfile {
      truncation.psi =
        try project.flatMap { project in
          try project.profiles().first { $0.name == truncProfile }?.psi
        } ?? Truncation.profile(named: truncProfile)
    }
    if let truncCenter { truncation.center = try sources.center(truncCenter, generator: generator) }
    _ = try truncation.values(count: generator.size.rows)
    return truncation
  }
}

extension LatentSpace: ExpressibleByArgument {}
extension Interpolation: ExpressibleByArgument {}
