import Tensors

/// pix2pixHD's encoder (Wang et al., arXiv 1711.11585, section 3.4): a photograph to features of the
/// same size, which are then averaged over every instance.
struct Pix2PixHDEncoder: SceneEncoder {
  private let sequence: TranslationSequence
  private let options: Pix2PixHDConfiguration.Encoder

  init(
    _ network: CanonicalNetwork, _ options: Pix2PixHDConfiguration.Encoder, norm: PlaneNorm.Kind
  ) throws {
    var reader = ParameterReader(network, prefix: SceneParts.encoderPrefix)
    self.options = options
    var sequence = TranslationSequence()
    let index = try sequence.appendContracting(
      &reader, "model", inputs: options.imageChannels, filters: options.filters,
      downsamplings: options.downsamplings, norm: norm)
    let next = try sequence.appendExpanding(
      &reader, "model", from: index, filters: options.filters, levels: options.downsamplings,
      norm: norm)
    sequence.append(
      try TranslationStage(
        &reader, .colours, "model", next + 1, inputs: options.filters, outputs: options.features,
        norm: .none))
    self.sequence = sequence
    try reader.finish { _ in false }
  }

  func encode(_ photos: Tensor, observe: SceneObserver?) throws -> EncodedPhoto {
    let (height, width) = (photos.shape[2], photos.shape[3])
    let multiple = 1 << options.downsamplings
    guard photos.shape[1] == options.imageChannels, height % multiple == 0, width % multiple == 0,
      min(height, width) > max(3, multiple)
    else {
      throw NetworkError.unsuitableScene(
        reason: "photographs of shape \(photos.shape); this encoder takes "
          + "\(options.imageChannels) channels and sizes that are multiples of \(multiple), above "
          + "\(max(3, multiple))")
    }
    return .features(sequence(photos, observe: observe))
  }
}
