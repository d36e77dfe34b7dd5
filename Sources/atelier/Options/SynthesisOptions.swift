import ArgumentParser
import Editing
import Foundation
import Networks

/// What the synthesis network takes beside its latent: noise, level of detail, place in the plane.
struct SynthesisOptions: ParsableArguments {
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
    try Usage.check { _ = try noiseStrength.map { try LayerProfile(parsing: $0) } }
    if let lod, !(0...32).contains(lod) {
      throw ValidationError("--lod \(lod) is not a number from 0 on.")
    }
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

  /// The recipe with what was asked for.
  func applied(to recipe: Recipe, for generator: any Generator) throws -> Recipe {
    var recipe = recipe
    recipe.noise = try noise(for: generator)
    recipe.lod = lod
    recipe.transform = try transform(for: generator)
    return recipe
  }
}

extension NoiseSettings.Mode: ExpressibleByArgument {}
