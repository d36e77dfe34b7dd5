/// Stochastic gradient descent with momentum: v ← μ·v + g, θ ← θ − η·v, as torch.optim.SGD.
///
/// A value: a copy goes on from the same state.
public struct GradientDescent: Sendable {
  /// The learning rate η.
  public var learningRate: Float
  /// The momentum μ; 0 for none.
  public let momentum: Float
  /// What has gathered so far, one tensor a parameter; empty before the first step and without
  /// momentum. Storing it, and setting it again, is all that going on takes.
  public var velocities: [Tensor] = []

  /// An optimiser that has made no step.
  public init(learningRate: Float, momentum: Float = 0) {
    (self.learningRate, self.momentum) = (learningRate, momentum)
  }

  /// One step of all parameters: the same parameters in the same order at every call.
  public mutating func update(_ parameters: inout [Tensor], along gradients: [Tensor]) {
    precondition(
      parameters.map(\.shape) == gradients.map(\.shape), "a gradient for every parameter")
    if momentum != 0 {
      velocities =
        velocities.isEmpty
        ? gradients.map(\.detached)
        : zip(velocities, gradients).map { $0 * momentum + $1.detached }
    }
    let steps = momentum == 0 ? gradients : velocities
    for index in parameters.indices {
      var parameter = parameters[index].detached
      parameter.add(steps[index].detached, scaledBy: -learningRate)
      parameters[index] = parameter
    }
  }
}
