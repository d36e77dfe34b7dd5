import Tensors

extension World {
  /// Several samples, drawn on as many threads as ``Parallel/threads`` allows; the threads change
  /// nothing in them.
  public func samples(_ numbers: [Int]) -> [WorldSample] {
    [WorldSample](unsafeUninitializedCapacity: numbers.count) { samples, filled in
      guard let start = samples.baseAddress else { return }
      // Every part initialises a place of its own.
      nonisolated(unsafe) let place = start
      Parallel.forEach(numbers.count) { index in
        (place + index).initialize(to: sample(numbers[index]))
      }
      filled = numbers.count
    }
  }
}
