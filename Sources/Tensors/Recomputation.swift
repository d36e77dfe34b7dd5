/// A function whose inner results are not kept for its gradient, but computed again when the sweep
/// comes to it (Chen et al., arXiv 1604.06174): memory for one more evaluation.
///
/// - Parameters:
///   - inputs: The arguments.
///   - function: Made of operations of `Tensors`, and the same at both evaluations; the gradient
///     reaches `inputs` alone, so it must not read other tracked tensors.
public func recomputing(
  _ inputs: [Tensor], _ function: @escaping ([Tensor]) -> Tensor
) -> Tensor {
  let result = Tape.withoutRecording { function(inputs) }
  return result.detached.recorded(from: inputs, composition: function)
}

extension Tensor {
  /// The same elements as a result of `inputs` whose gradient is that of `composition`, the same
  /// function written in operations that have gradients.
  package func recorded(
    from inputs: [Tensor], composition: @escaping ([Tensor]) -> Tensor
  ) -> Tensor {
    recorded(from: inputs) { gradient, isNeeded in
      // Where the gradient is tracked itself, it depends on the inputs through these copies.
      let isTracked = Tape.records(gradient) || inputs.contains { Tape.records($0) }
      return Tape.recording {
        let copies = zip(inputs, isNeeded).map { input, isNeeded in
          !isNeeded
            ? (isTracked ? input : input.detached)
            : isTracked ? input.relayed() : input.detached.tracked()
        }
        let needed = copies.indices.filter { isNeeded[$0] }
        let result = composition(copies)
        guard result.isTracked else { return copies.map { _ in nil } }
        let found = Tensors.gradient(
          of: result, withRespectTo: needed.map { copies[$0] }, seed: gradient,
          isTracked: isTracked)
        var gradients = [Tensor?](repeating: nil, count: copies.count)
        for (index, gradient) in zip(needed, found) { gradients[index] = gradient }
        return gradients
      }
    }
  }

  /// The same elements with a record of their own, so that a sweep can end here.
  private func relayed() -> Tensor {
    guard isTracked else { return tracked() }
    return detached.recorded(from: [self]) { gradient, _ in [gradient] }
  }
}
