import CKernels

extension Tensor {
  /// One step of the inverse Haar wavelet transform: `[N, 4C, H, W]` → `[N, C, 2H, 2W]`.
  ///
  /// The first C channels are the low band; the rest is `[C, 3]`: LH, HL and HH of every channel.
  /// `inputScale` `[N, 4C]` multiplies the bands first. Belousov, MobileStyleGAN, arXiv 2104.04767.
  public func inverseHaar(inputScale: Tensor? = nil) -> Tensor {
    precondition(shape[1] % 4 == 0, "four bands from \(shape)")
    let (bands, h, w) = (shape[1], shape[2], shape[3]), c = bands / 4
    let result = Tensor(uninitialized: [shape[0], c, 2 * h, 2 * w]) { destination in
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
    guard Tape.records(self, inputScale) else { return result }
    let x = self
    return result.recorded(from: [self, inputScale]) { gradient, isNeeded in
      // The transform is orthonormal: going back is the forward transform.
      var bands = gradient.haar()
      if let inputScale, !Tape.records(gradient, x, inputScale) {
        let products = bands.scalePlanes(by: inputScale, products: x)
        return [bands, products]
      }
      return [
        isNeeded[0] ? inputScale.map { bands.scaledPlanes($0) } ?? bands : nil,
        isNeeded[1] ? x.planeProducts(bands) : nil,
      ]
    }
  }

  /// One step of the Haar wavelet transform, which ``inverseHaar(inputScale:)`` undoes:
  /// `[N, C, 2H, 2W]` → `[N, 4C, H, W]`.
  public func haar() -> Tensor {
    precondition(
      shape.rank == 4 && shape[2] % 2 == 0 && shape[3] % 2 == 0, "a Haar transform of \(shape)")
    let (c, h, w) = (shape[1], shape[2] / 2, shape[3] / 2)
    let result = Tensor(uninitialized: [shape[0], 4 * c, h, w]) { destination in
      withUnsafeBuffer { x in
        guard let to = destination.baseAddress, let x = x.baseAddress else { return }
        Parallel.forEach(shape[0] * c) { index in
          let (sample, channel) = (index / c, index % c)
          let bands = to + sample * 4 * c * h * w
          let low = bands + channel * h * w, details = bands + (c + channel * 3) * h * w
          for i in 0..<h {
            let top = x + index * 4 * h * w + 4 * i * w, bottom = top + 2 * w
            for j in 0..<w {
              let (p, q, r, s) = (top[2 * j], top[2 * j + 1], bottom[2 * j], bottom[2 * j + 1])
              let place = i * w + j
              low[place] = ((p + r) + (q + s)) * 0.5
              details[place] = ((p - r) + (q - s)) * 0.5
              details[h * w + place] = ((p + r) - (q + s)) * 0.5
              details[2 * h * w + place] = ((p - r) - (q - s)) * 0.5
            }
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { gradient, _ in [gradient.inverseHaar()] }
  }
}
