import TestSupport
import Tensors
import Testing

@Suite("The tape")
struct TapeTests {
  @Test("The gradient of a polynomial is its derivative")
  func polynomial() {
    // f = Σ 3x² − 2x + 1, f′ = 6x − 2.
    let x = Tensor([-1, 0, 0.5, 2], shape: [4])
    let (value, gradient) = valueWithGradient(at: x) { ($0.squared() * 3 - $0 * 2 + 1).sum() }
    #expect(value.scalar == 16.75)
    #expect(gradient.scalars == [-8, -2, 1, 10])
    #expect(!value.isTracked && !gradient.isTracked)
  }

  @Test("Third derivatives follow from first ones")
  func third() {
    // f = x⁴, f‴ = 24x.
    let x = Tensor([2], shape: [1]).tracked()
    let f = x * x * x * x
    let first = gradient(of: f.sum(), withRespectTo: [x], isTracked: true)[0]
    let second = gradient(of: first.sum(), withRespectTo: [x], isTracked: true)[0]
    let third = gradient(of: second.sum(), withRespectTo: [x])[0]
    #expect([first, second, third].map { $0.scalars[0] } == [32, 48, 48])
  }

  #if compiler(>=6.2)
    @Test("A tape that was used up stops the program instead of giving zeros")
    func usedUp() async {
      await #expect(processExitsWith: .failure) {
        let x = Tensor([2], shape: [1]).tracked()
        let y = x * x
        _ = gradient(of: y.sum(), withRespectTo: [x])
        _ = gradient(of: (y * 3).sum(), withRespectTo: [x])
      }
    }
  #endif

  @Test("Nothing is recorded without a tracked tensor, and nothing where recording is off")
  func silence() {
    let x = Tensor.sample([2, 3])
    #expect(!(x.squared() + x).isTracked)
    #expect((x.tracked().squared() + x).isTracked)
    #expect(!Tape.withoutRecording { x.tracked().squared() }.isTracked)
    #expect(!x.tracked().detached.isTracked)
  }

  @Test("A tensor that does not matter has a gradient of zeros")
  func unused() {
    let (_, gradients) = valueWithGradient(at: [Tensor.sample([3]), Tensor.sample([2, 2])]) {
      $0[0].sum()
    }
    #expect(gradients[1].shape == [2, 2] && gradients[1].largestMagnitude == 0)
  }

  @Test("Gradients reach intermediate results, and a kept tape serves twice")
  func intermediate() {
    let x = Tensor([1, 2], shape: [2]).tracked()
    let y = x * 3
    let loss = y.squared().sum()
    #expect(
      gradient(of: loss, withRespectTo: [y], keepsTape: true)[0].scalars == [6, 12])
    #expect(gradient(of: loss, withRespectTo: [x])[0].scalars == [18, 36])
  }

  @Test("Recomputation changes nothing but the memory")
  func recomputation() {
    let weight = Tensor.sample([8, 8, 3, 3], seed: 3, scale: 0.3)
    func block(_ x: Tensor, _ w: Tensor) -> Tensor {
      x.convolution(ConvolutionWeight(w), padding: 1, epilogue: Epilogue(activation: .lrelu))
        .squared()
    }
    let inputs = [Tensor.sample([1, 8, 16, 16]), weight]
    let plain = valueWithGradient(at: inputs) { block(block($0[0], $0[1]), $0[1]).sum() }
    let recomputed = valueWithGradient(at: inputs) { xs in
      recomputing([recomputing(xs) { block($0[0], $0[1]) }, xs[1]]) { block($0[0], $0[1]) }.sum()
    }
    #expect(plain.value.bits == recomputed.value.bits)
    for (a, b) in zip(plain.gradients, recomputed.gradients) { #expect(a.bits == b.bits) }
    GradientCheck().callAsFunction([.sample([3])]) { xs in
      recomputing(xs) { $0[0].exponential() * $0[0] }
    }
  }

  @Test("Gradients are the same bytes for any number of threads")
  func threads() {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    let inputs: [Tensor] = [
      .sample([2, 9, 33, 30]), .sample([10, 9, 3, 3], seed: 2), .sample([2, 9], seed: 3),
    ]
    var results: [[Digest]] = []
    for threads in [1, 2, 3] {
      Parallel.threads = threads
      let gradients = valueWithGradient(at: inputs) {
        $0[0].modulatedConvolution(
          ConvolutionWeight($0[1]), styles: $0[2], epilogue: Epilogue(activation: .lrelu)
        ).squared().sum()
      }.gradients
      results.append(gradients.map(\.bits))
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }
}
