import TestSupport
import Tensors
import Testing

/// Results that no cache holds are written around the caches; half of their channels are not.
@Suite("Results larger than the caches")
struct LargeResultTests {
  private static let epilogue = Epilogue(
    bias: .sample([16], seed: 3), activation: .lrelu, noise: .sample([1, 1, 1000, 1040], seed: 4),
    noiseStrength: 0.3)

  private func halves(
    _ result: Tensor, of half: (_ outputs: Range<Int>, _ epilogue: Epilogue) -> Tensor
  ) {
    #expect(result.shape == [1, 16, 1000, 1040])
    for outputs in [0..<8, 8..<16] {
      var epilogue = Self.epilogue
      epilogue.bias = epilogue.bias?.sliced(axis: 0, outputs)
      #expect(result.sliced(axis: 1, outputs).bits == half(outputs, epilogue).bits)
    }
  }

  @Test("Convolutions of one and of more taps, and those of every algorithm", arguments: [1, 3, 5])
  func convolutions(kernel: Int) {
    let x = Tensor.sample([1, 8, 1000, 1040], seed: 1)
    let weight = Tensor.sample([16, 8, kernel, kernel], seed: 2)
    let whole = x.convolution(
      ConvolutionWeight(weight), padding: kernel / 2, epilogue: Self.epilogue)
    halves(whole) { outputs, epilogue in
      x.convolution(
        ConvolutionWeight(weight.sliced(axis: 0, outputs)), padding: kernel / 2,
        epilogue: epilogue)
    }
  }

  @Test("Up-convolutions")
  func up() {
    let x = Tensor.sample([1, 8, 500, 520], seed: 5), styles = Tensor.sample([1, 8], seed: 6)
    let weight = Tensor.sample([16, 8, 3, 3], seed: 7)
    let filter = ResampleFilter([1, 3, 3, 1])
    func result(_ weight: Tensor, _ epilogue: Epilogue) -> Tensor {
      x.modulatedConvolution(
        ConvolutionWeight(weight, transposed: true), styles: styles, up: filter,
        epilogue: epilogue)
    }
    halves(result(weight, Self.epilogue)) { outputs, epilogue in
      result(weight.sliced(axis: 0, outputs), epilogue)
    }
  }
}
