/// What a StyleGAN1 network's `fused_scale` may be: how its up-convolutions were written in training.
///
/// The same weights give different pictures with and without: a fused kernel is the other one
/// flipped on both axes.
public enum FusedScale: String, CaseIterable, Sendable {
  /// Fused where the output has 128 pixels or more, as in all networks that were published.
  case auto
  /// All fused (`True`).
  case `true`
  /// None fused (`False`).
  case `false`
}

extension CanonicalNetwork {
  /// Whether this is a StyleGAN1 network whose file leaves `fused_scale` open, and whose pictures
  /// are below the 128 pixels from which `auto` is certain to be what was meant.
  public var leavesFusedScaleOpen: Bool {
    guard family == StyleGAN1Family.name,
      let configuration = try? configuration(as: StyleGAN1Configuration.self)
    else { return false }
    return configuration.isFusedScaleAssumed == true && configuration.resolution < 128
  }

  /// Says what the file leaves open; throws if this is no StyleGAN1 network or if the file says
  /// something else itself.
  public mutating func state(fusedScale: FusedScale) throws {
    guard family == StyleGAN1Family.name else {
      throw NetworkError.unsupportedOption(
        file: file, option: "--fused-scale", value: fusedScale.rawValue,
        supported: "none for a \(family) network; StyleGAN1 alone has the choice")
    }
    var configuration = try configuration(as: StyleGAN1Configuration.self)
    let stated = StyleGAN1Configuration.FusedScale(fusedScale)
    guard configuration.isFusedScaleAssumed == true || configuration.fusedScale == stated else {
      throw NetworkError.unsupportedOption(
        file: file, option: "--fused-scale", value: fusedScale.rawValue,
        supported: "\(FusedScale(configuration.fusedScale).rawValue), which the file states")
    }
    configuration.fusedScale = stated
    configuration.isFusedScaleAssumed = nil
    self = try CanonicalNetwork(
      family: family, configuration: configuration, parameters: parameters, file: file,
      provenance: provenance)
  }
}

extension StyleGAN1Configuration.FusedScale {
  fileprivate init(_ word: FusedScale) {
    self =
      switch word {
      case .auto: .auto
      case .true: .always
      case .false: .never
      }
  }
}

extension FusedScale {
  fileprivate init(_ stored: StyleGAN1Configuration.FusedScale) {
    self =
      switch stored {
      case .auto: .auto
      case .always: .true
      case .never: .false
      }
  }
}
