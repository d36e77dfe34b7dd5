extension Tensor {
  /// Planes put together from their own pixels: `[N, C, H, W]` → `[N, C, height, width]`,
  /// y[n, c, i] = x[n, c, places[i]].
  ///
  /// - Parameter places: The pixel that each pixel of the result takes, counted in its plane:
  ///   height·width of them for all planes, or as many for every plane.
  func gatheredInPlanes(_ places: [Int32], height: Int, width: Int) -> Tensor {
    let (planes, size, outSize) = (shape[0] * shape[1], shape[2] * shape[3], height * width)
    let step = Self.step(places, planes: planes, count: outSize)
    let result = Tensor(uninitialized: [shape[0], shape[1], height, width]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(planes) { plane in
          for i in 0..<outSize {
            to[plane * outSize + i] = from[plane * size + Int(places[plane * step + i])]
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { [shape] gradient, _ in
      [gradient.scatteredInPlanes(places, height: shape[2], width: shape[3])]
    }
  }

  /// What ``gatheredInPlanes(_:height:width:)`` takes a gradient back to: every pixel added to the
  /// one that it came from.
  func scatteredInPlanes(_ places: [Int32], height: Int, width: Int) -> Tensor {
    let (planes, size, outSize) = (shape[0] * shape[1], shape[2] * shape[3], height * width)
    let step = Self.step(places, planes: planes, count: size)
    let result = Tensor(uninitialized: [shape[0], shape[1], height, width]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(planes) { plane in
          (to + plane * outSize).update(repeating: 0, count: outSize)
          for i in 0..<size {
            to[plane * outSize + Int(places[plane * step + i])] += from[plane * size + i]
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { [shape] gradient, _ in
      [gradient.gatheredInPlanes(places, height: shape[2], width: shape[3])]
    }
  }

  /// How far apart the places of two planes are: 0 where all planes have the same.
  private static func step(_ places: [Int32], planes: Int, count: Int) -> Int {
    precondition(
      places.count == count || places.count == planes * count,
      "\(places.count) places for \(planes) planes of \(count)")
    return places.count == count ? 0 : count
  }
}
