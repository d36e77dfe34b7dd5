import Editing
import Foundation
import Networks
import Tensors

/// A generator small enough to work out by hand: w is z's first numbers doubled, plus the label's
/// class number; a picture's pixel at row r is the r-th row of W+.
struct SmallGenerator: Generator {
  var family = "Small"
  var size = GeneratorSize(
    zDim: 4, wDim: 3, classes: 0, rows: 6, resolution: 6, imageChannels: 3)
  var meanLatent = Tensor([1, -2, 0.5], shape: [3])
  var defaultTruncation: (psi: Float, cutoff: Int?) = (1, nil)
  var weights: [Int: [Tensor]] = [:]
  /// Counts the layers that work, where a test asks for it.
  var work: WorkCount?

  func mapping(_ z: Tensor, label: Tensor?) -> Tensor {
    Tensor(uninitialized: [z.shape[0], size.wDim]) { w in
      for i in w.indices {
        let (n, k) = (i / size.wDim, i % size.wDim)
        let number = label.map { label in
          (0..<size.classes).reduce(Float(0)) { $0 + Float($1) * label[n, $1] }
        }
        w[i] = 2 * z[n, k] + (number ?? 0)
      }
    }
  }

  func beginning(samples: Int) -> SynthesisState {
    SynthesisState(
      features: Tensor(
        zeros: [samples, size.imageChannels, size.resolution, size.resolution]))
  }

  func run(
    layer index: Int, on state: inout SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    observe: (_ name: String, _ value: Tensor) -> Void
  ) {
    work?.add()
    let (channels, side) = (size.imageChannels, size.resolution)
    state.features.withUnsafeMutableBuffer { y in
      for i in y.indices where i / side % side == index {
        y[i] = ws[i / (channels * side * side), index, i / (side * side) % channels % size.wDim]
      }
    }
  }

  func picture(of state: SynthesisState, _ settings: SynthesisSettings) -> Tensor { state.features }

  /// One layer for every row of the picture.
  var layers: [LayerDescription] {
    (0..<size.resolution).map {
      LayerDescription(
        name: "row\($0)", kind: .convolution, resolution: size.resolution, inputChannels: 1,
        outputChannels: 1, row: $0)
    }
  }

  func styleWeights(row: Int) -> [Tensor] { weights[row] ?? [] }

  /// W+ `[rows, wDim]` of a seed, untruncated, by the definition above.
  func latent(seed: UInt32, label: Float = 0) -> Tensor {
    var random = RandomState(seed: seed)
    let z = random.randn([size.zDim])
    let w = (0..<size.wDim).map { 2 * z[$0] + label }
    return Tensor((0..<size.rows).flatMap { _ in w }, shape: [size.rows, size.wDim])
  }
}

/// How many layers have worked.
final class WorkCount: @unchecked Sendable {
  private let lock = NSLock()
  private var value = 0

  func add() { lock.withLock { value += 1 } }

  /// The number since the last call.
  func take() -> Int {
    lock.withLock {
      defer { value = 0 }
      return value
    }
  }
}

/// A context of fixed latents and content.
struct FixedContext: EditContext {
  var latents: [LatentSource: Tensor] = [:]
  var content = MemoryContent()

  func latent(of source: LatentSource) throws -> Tensor {
    guard let latent = latents[source] else {
      throw EditingError.unsupported(reason: "no latent of \(source)")
    }
    return latent
  }

  func tensor(_ digest: Digest) throws -> Tensor { try content.tensor(digest) }
}
