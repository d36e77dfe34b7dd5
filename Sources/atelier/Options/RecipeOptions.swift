import ArgumentParser
import Editing
import Foundation
import Networks
import Projects

/// Truncation, noise and class: what shapes every picture of a command.
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

  @Option(help: "Noise maps: const (stored with the network), random (from --noise-seed) or none.")
  var noiseMode: NoiseSettings.Mode = .const

  @Option(help: ArgumentHelp("The seed of random noise maps.", valueName: "n"))
  var noiseSeed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A factor on the noise, or factors by layer: 0.5 or 8-17:0.", valueName: "strength"))
  var noiseStrength: String?

  @Option(
    help: ArgumentHelp(
      "The level of detail of progressively grown networks (ProGAN, StyleGAN1): 0 for full "
        + "resolution, 1 for half of it, fractions blend. The file's own if not given; other "
        + "networks have none.", valueName: "level"))
  var lod: Float?

  @Option(
    name: [.customLong("class"), .customLong("labels")],
    help: ArgumentHelp(
      "The class for conditional networks: 1, or a mix such as 1:0.7,4:0.3.", valueName: "class"))
  var label: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Move the picture, in picture widths and heights: 0.3,1 (StyleGAN3).", valueName: "x,y"))
  var translate: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Turn the picture (StyleGAN3).", valueName: "degrees"))
  var rotate: Float?

  func validate() throws {
    _ = try translation()
    if let rotate, !rotate.isFinite {
      throw ValidationError("--rotate \(rotate) is not an angle.")
    }
    if trunc != nil && truncProfile != nil {
      throw ValidationError("Give either --trunc or --trunc-profile.")
    }
    if let truncCutoff, truncCutoff < 0 {
      throw ValidationError("--trunc-cutoff \(truncCutoff) is below 0.")
    }
    try Usage.check {
      _ = try trunc.map { try LayerProfile(parsing: $0) }
      _ = try noiseStrength.map { try LayerProfile(parsing: $0) }
      _ = try classLabel()
      try truncCenter.map { try SourceReader.checkSeed($0) }
    }
    if let lod, !(0...32).contains(lod) {
      throw ValidationError("--lod \(lod) is not a number from 0 on.")
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

  /// The two numbers of --translate.
  private func translation() throws -> (x: Float, y: Float)? {
    guard let translate else { return nil }
    let numbers = translate.split(separator: ",", omittingEmptySubsequences: false)
      .map { Float($0.trimmingCharacters(in: .whitespaces)) }
    guard numbers.count == 2, let x = numbers[0], let y = numbers[1], x.isFinite, y.isFinite else {
      throw ValidationError("--translate \(translate) is not two numbers such as 0.3,1.")
    }
    return (x, y)
  }

  /// Where the picture lies in the plane, `nil` if nothing was said.
  func transform(for generator: any Generator) throws -> InputTransform? {
    guard translate != nil || rotate != nil else { return nil }
    guard generator.takesTransform else {
      throw CommandError.invalidInput(
        "--translate and --rotate need a StyleGAN3 network; this is \(generator.family).")
    }
    let (x, y) = try translation() ?? (0, 0)
    return InputTransform(x: x, y: y, rotate: rotate ?? 0)
  }

  /// The noise.
  func noise(for generator: any Generator) throws -> NoiseSettings {
    let strength = try noiseStrength.map { try LayerProfile(parsing: $0) }
    _ = try strength?.values(count: generator.size.rows, default: 1)
    return NoiseSettings(
      mode: noiseMode, seed: noiseMode == .random ? noiseSeed : 0, strength: strength)
  }
}

extension NoiseSettings.Mode: ExpressibleByArgument {}
extension LatentSpace: ExpressibleByArgument {}
extension Interpolation: ExpressibleByArgument {}
