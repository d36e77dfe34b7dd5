import CKernels

extension Tensor {
  /// One step of the inverse Haar wavelet transform: `[N, 4C, H, W]` → `[N, C, 2H, 2W]`.
  ///
  /// The first C channels are the low band; the rest is `[C, 3]`: LH, HL and HH of every channel.
  /// `inputScale` `[N, 4C]` multiplies the bands first. Belousov, MobileStyleGAN, arXiv 2104.04767.
  public func inverseHaar(inputScale: Tensor? = nil) -> Tensor {
    precondition(shape[1] % 4 == 0, "four bands from \(shape)")
    let (bands, h, w) = (shape[1], shape[2], shape[3]), c = bands / 4
    return Tensor(uninitialized: [shape[0], c, 2 * h, 2 * w]) { destination in
      withUnsafeBuffer { x in
        guard let to = destination.baseAddress, let x = x.baseAddress else { return }
        Parallel.forEach(shape[0] * c) { index in
          let (sample, channel) = (index / c, index % c)
          let from = x + sample * bands * h * w
          let details = c + channel * 3
          let scales = [channel, details, details + 1, details + 2].map {
            inputScale.at(sample, $0)
          }
          atelier_inverse_haar(
            to + index * 4 * h * w, from + channel * h * w, from + details * h * w,
            from + (details + 1) * h * w, from + (details + 2) * h * w, scales, Int32(h), Int32(w))
        }
      }
    }
  }
}
