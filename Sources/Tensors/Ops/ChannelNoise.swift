extension Tensor {
  /// bias_act over `[N, C, H, W]` whose noise has a strength of its own in every channel, as in
  /// StyleGAN1: `strengths` `[C]` multiplies the epilogue's `noiseStrength`.
  public func biasAct(_ epilogue: Epilogue, noiseStrengths strengths: Tensor) -> Tensor {
    epilogue.check(shape: shape)
    let (samples, channels) = (shape[0], shape[1])
    precondition(strengths.count == channels, "noise strengths \(strengths.shape) for \(shape)")
    if Tape.records(self, epilogue.bias, epilogue.noise, strengths) {
      var epilogue = epilogue
      let noise = epilogue.noise.map { maps in
        maps.reshaped([maps.shape[0], 1, shape[2], shape[3]])
          * (strengths.reshaped([channels, 1, 1]) * epilogue.noiseStrength)
      }
      epilogue.noise = nil
      return (noise.map { self + $0 } ?? self).biasAct(epilogue)
    }
    let plane = shape.count / max(samples * channels, 1)
    return Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        strengths.withUnsafeBuffer { strengths in
          guard let to = destination.baseAddress, let from = source.baseAddress else { return }
          Parallel.forEach(samples * channels) { index in
            var epilogue = epilogue
            epilogue.noiseStrength *= strengths[index % channels]
            epilogue.apply(
              to + index * plane, from: from + index * plane, sample: index / channels,
              channel: index % channels, count: plane)
          }
        }
      }
    }
  }
}
