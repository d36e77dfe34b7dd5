extension Tensor {
  /// Every pixel replaced by the mean over the pixels of its region: `[N, C, H, W]`, `regions` N
  /// maps of H·W numbers; the instance-wise average pooling of pix2pixHD (Wang et al.,
  /// arXiv 1711.11585, section 3.4).
  public func averagedOverRegions(_ regions: [[Int32]]) -> Tensor {
    let (samples, channels, plane) = (shape[0], shape[1], shape[2] * shape[3])
    precondition(
      shape.rank == 4 && regions.count == samples && regions.allSatisfy { $0.count == plane },
      "\(regions.count) region maps of \(regions.map(\.count)) pixels for \(shape)")
    let result = Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        for (sample, map) in regions.enumerated() {
          // Regions by number in order of appearance, so that sums are plain arrays.
          var numbers: [Int32: Int] = [:]
          let places = map.map { id in
            if let number = numbers[id] { return number }
            numbers[id] = numbers.count
            return numbers.count - 1
          }
          var sizes = [Double](repeating: 0, count: numbers.count)
          for place in places { sizes[place] += 1 }
          for channel in 0..<channels {
            let start = (sample * channels + channel) * plane
            var sums = [Double](repeating: 0, count: numbers.count)
            for i in 0..<plane { sums[places[i]] += Double(source[start + i]) }
            let means = zip(sums, sizes).map { Float($0 / $1) }
            for i in 0..<plane { destination[start + i] = means[places[i]] }
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    // A mean over a region gives every pixel of it the same share: it is its own adjoint.
    return result.recorded(from: [self]) { gradient, _ in
      [gradient.averagedOverRegions(regions)]
    }
  }
}
