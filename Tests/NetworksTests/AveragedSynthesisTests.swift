import Networks
import TestSupport
import Tensors
import Testing

@Suite("Averaged pictures")
struct AveragedSynthesisTests {
  @Test(
    "A picture averaged on the way is the whole picture averaged, and so is its gradient",
    arguments: ResumedSynthesisTests.Network.allCases)
  func averages(network: ResumedSynthesisTests.Network) throws {
    let generator = try network.generator(), size = generator.size
    let ws = Tensor.sample([2, size.rows, size.wDim], seed: 3, scale: 1.5)
    let settings = SynthesisSettings(noise: .const)
    let whole = generator.synthesis(ws, settings)
    var side = size.resolution
    while side > 2, side % 2 == 0 {
      let small = generator.synthesis(ws, settings, averagedTo: side)
      #expect(relativeError(small, whole.blockMeans(size.resolution / side)) < 1e-5, "\(side)")
      side /= 2
    }
    let half = size.resolution / 2
    func gradient(_ draw: (Tensor) -> Tensor) -> Tensor {
      valueWithGradient(at: ws) { (draw($0) * .sample([2, size.imageChannels, half, half])).sum() }
        .gradient
    }
    let short = gradient { generator.synthesis($0, settings, averagedTo: half) }
    let long = gradient { generator.synthesis($0, settings).blockMeans(2) }
    #expect(relativeError(short, long) < 1e-4)
  }
}
